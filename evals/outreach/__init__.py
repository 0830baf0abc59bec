"""Reaching out first: the guard held against an oracle of its own, and uplift recovered where the effect is known."""
