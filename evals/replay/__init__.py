"""Replay: a company's own past conversations through another configuration, and people's blind verdict on both."""
