"""What a company lets the bot do: its rules by channel and topic, what certifies it, and what it may spend."""
