"""Reliability: pass^k, the chance that k repetitions of a case are all right."""

from collections.abc import Sequence
from math import comb


def pass_all(repetitions: Sequence[Sequence[bool]], k: int) -> list[float]:
    """Return each case's chance that k repetitions drawn from its own are all right.

    The unbiased estimate C(c, k) / C(n, k) of Yao et al. 2024 (τ-bench), c right of n; its mean over cases is pass^k.

    Raises:
        ValueError: a case was repeated fewer than k times, or k is no count.
    """
    if k < 1 or any(len(one) < k for one in repetitions):
        raise ValueError(f"pass^{k} needs {k} repetitions of every case")
    return [comb(sum(one), k) / comb(len(one), k) for one in repetitions]
