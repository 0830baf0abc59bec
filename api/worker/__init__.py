"""Work that nobody waits for: reactions to entries and periodic jobs, durable across kills, on one or more workers."""
