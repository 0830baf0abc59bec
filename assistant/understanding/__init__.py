"""What a customer means: the question that stands by itself, its topic, mood, facts and issue."""
