"""Simulated customers who go from channel to channel with one issue, over the product's own HTTP API."""
