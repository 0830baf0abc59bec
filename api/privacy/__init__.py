"""Privacy at the edge: every eraser in one place, the export to read, the log of who looked."""
