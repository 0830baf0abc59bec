"""Judges: what marks a text where no key does, how far people agree with it, and when it may not decide."""
