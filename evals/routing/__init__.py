"""Who, which channel, which queue: predictions on real records, choices in worlds of known truth."""
