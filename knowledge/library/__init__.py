"""What the company has written down: articles, their passages and versions."""
