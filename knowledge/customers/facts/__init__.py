"""Facts: what we were already told, found by code, each with the words it came from."""
