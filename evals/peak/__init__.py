"""A peak: customers and agents by HTTP against a running server, and what became of them."""
