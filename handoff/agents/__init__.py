"""Which colleague takes a conversation: rules that exclude, a score learned from outcomes, and why."""
