"""What background work remembers: how far it has read, what runs when, who is at work, what failed for good."""
