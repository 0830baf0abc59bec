"""Who is who: suggestions on public data, and written cases of proof."""
