"""Drafters: a brief in, a draft out."""
