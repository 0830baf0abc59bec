"""Live quality: what managers measure, read from the record of what happened."""
