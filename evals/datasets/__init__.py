"""Readers for the public data sets: each gives frozen values and the digest of what it read."""
