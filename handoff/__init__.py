"""Passes a conversation on: who owns it, and who should."""
