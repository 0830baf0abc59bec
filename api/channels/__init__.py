"""Channels: how messages of one kind come in and go out at the edge. Inner rooms know only entries."""
