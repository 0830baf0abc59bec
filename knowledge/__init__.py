"""What the assistant knows: customers and everything that happened, the library, the staff."""
