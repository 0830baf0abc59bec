"""Understands a conversation and says something useful and true."""
