"""Knowing when not to answer: chances, certificates, and the decision."""
