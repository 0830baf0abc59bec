"""How well the search finds, beside its peers."""
