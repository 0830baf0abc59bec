"""Language models that can be installed and run in this process."""
