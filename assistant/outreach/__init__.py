"""Reaching out first: only when it is allowed, useful and measured."""
