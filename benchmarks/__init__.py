"""Benchmarks: how good and how fast the product is, beside what people would use instead."""
