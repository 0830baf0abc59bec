"""Metrics: plain functions over what was given and what was wanted, each verified against a reference in the tests."""
