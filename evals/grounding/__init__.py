"""The claim check against what people judged."""
