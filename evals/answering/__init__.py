"""Drafts and the gate: what is right, what is refused, and what must never be told."""
