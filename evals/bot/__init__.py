"""The bot on trial: its bound, its company for a try, hostile customers, every order of events."""
