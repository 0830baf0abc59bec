"""Who each customer is and everything that happened, on every channel."""
