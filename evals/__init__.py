"""Proof: data sets, metrics and figures over the product's own functions."""
