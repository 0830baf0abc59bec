"""Personal data in text: found, put behind placeholders before it leaves, restored when it comes back."""
