"""A query in, passages out."""
