"""The doors: HTTP, live streams, pages, command line."""
