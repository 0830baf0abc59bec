"""Tasks over the product's own functions: every module here registers its tasks with `evals.core.registry.task`."""
