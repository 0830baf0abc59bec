"""What `python -m evals` measures: every module here registers its parts with `evals.registry.part`."""
