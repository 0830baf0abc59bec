"""Reaching out at the edge: campaigns and surveys as the settings want them, and the signed links in their letters."""
