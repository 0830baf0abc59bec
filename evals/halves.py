"""Two halves of a data set: constants are chosen on one, figures are reported on the other."""

import hashlib


def is_tuning(group: str) -> bool:
    """Tell which half a conversation or question belongs to, by a digest of its name."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % 2 == 0
