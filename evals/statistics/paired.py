"""Two systems on the same cases: exact McNemar for right or wrong, a sign-flip permutation test for scores."""

from collections.abc import Hashable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

DRAWS = 10_000
BATCH = 500
# With at most so many clusters every assignment of signs is tried: 2^12 = 4,096.
EXACT_UP_TO = 12


def mcnemar(ours: Sequence[bool], theirs: Sequence[bool]) -> float:
    """Return the two-sided exact p: are the cases only one of them got right split as a fair coin would?

    McNemar 1947, exact as in Fagerland et al. 2013: binomial on the discordant pairs with p = 1/2.

    Raises:
        ValueError: the two do not measure the same number of cases.
    """
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    only_ours = sum(a and not b for a, b in zip(ours, theirs, strict=True))
    only_theirs = sum(b and not a for a, b in zip(ours, theirs, strict=True))
    if only_ours + only_theirs == 0:
        return 1.0
    return float(binomtest(only_ours, only_ours + only_theirs, 0.5).pvalue)


def permutation(
    differences: Sequence[float], *, seed: int, groups: Sequence[Hashable] | None = None, draws: int = DRAWS
) -> float:
    """Return the two-sided p that the mean difference is 0, by flipping the signs of whole groups.

    Under the null hypothesis either system could have given either score (Noreen 1989). Exact up to 12 groups,
    beyond by `draws` random assignments with (hits + 1) / (draws + 1), which is never 0.

    Raises:
        ValueError: no differences, or groups of another length.
    """
    if not len(differences):
        raise ValueError("no differences: nothing to test")
    sums = _group_sums(np.asarray(differences, dtype=np.float64), groups)
    observed = abs(sums.sum()) - 1e-9
    if not np.any(sums):
        return 1.0
    if len(sums) <= EXACT_UP_TO:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(sums))))
        return float(np.mean(np.abs(signs @ sums) >= observed))
    random, hits = np.random.default_rng(seed), 0
    for start in range(0, draws, BATCH):
        signs = random.choice((-1.0, 1.0), (min(BATCH, draws - start), len(sums)))
        hits += int((np.abs(signs @ sums) >= observed).sum())
    return (hits + 1) / (draws + 1)


def _group_sums(values: NDArray[np.float64], groups: Sequence[Hashable] | None) -> NDArray[np.float64]:
    if groups is None:
        return values
    if len(groups) != len(values):
        raise ValueError(f"{len(groups)} groups for {len(values)} differences")
    places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    return np.bincount([places[group] for group in groups], weights=values).astype(np.float64)
