"""Certificates: how often an answer may be wrong, as an exact bound on labelled answers, or that it cannot be said.

Errors among n answers are binomial; every bound here is exact, none is a normal approximation. `confidence` is the
chance, over draws of the labelled answers, that a statement made this way is true.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

CONFIDENCE = 0.95
# Thresholds tested one after the other, strict ones first.
STEPS = 20
# The strictest threshold is put where so many times the fewest answers that can certify are to be expected.
ROOM = 1.2


@dataclass(frozen=True)
class Scored:
    """One labelled answer: the probability it was given before anybody looked, and whether it was right."""

    chance: float
    right: bool


@dataclass(frozen=True)
class Certificate:
    """What may be said of answers whose chance is at least `threshold`; `None` = nothing can be certified.

    `wrong` of `answered` labelled answers at the threshold were wrong, out of `items` labelled in all; `bound` is the
    upper bound of their rate. `needed` counts the answers that a bound of `risk` needs with as many errors.
    """

    risk: float
    confidence: float
    threshold: float | None
    items: int
    answered: int
    wrong: int
    bound: float
    needed: int

    @property
    def holds(self) -> bool:
        """Whether there is a threshold at which the risk is certified."""
        return self.threshold is not None

    @property
    def coverage(self) -> float:
        """The share of the labelled questions that is answered at the threshold."""
        return self.answered / self.items if self.holds and self.items else 0.0

    def __str__(self) -> str:
        said = f"at most {self.risk:.1%} wrong, with {self.confidence:.0%} confidence"
        if self.threshold is None:
            return (
                f"Cannot be certified: {said}. {self.wrong} of {self.answered} answers were wrong (bound "
                f"{self.bound:.1%}); with that many errors {self.needed} answers are needed, "
                f"{items_needed(self.risk, self.confidence)} with none."
            )
        return (
            f"Certified from a chance of {self.threshold:.3f} on: {said}. {self.wrong} of {self.answered} answers were "
            f"wrong (bound {self.bound:.1%}); {self.coverage:.0%} of the questions are answered."
        )


def upper_bound(wrong: int, answered: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided upper bound of the error rate (Clopper & Pearson 1934): 1 without answers.

    Raises:
        ValueError: the counts or the confidence make no sense.
    """
    _sensible(wrong, answered, confidence)
    if wrong == answered:
        return 1.0
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    return float(betaincinv(wrong + 1, answered - wrong, confidence))


def lower_bound(wrong: int, answered: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided lower bound of the error rate: 0 without errors.

    Raises:
        ValueError: the counts or the confidence make no sense.
    """
    _sensible(wrong, answered, confidence)
    return 1.0 - upper_bound(answered - wrong, answered, confidence)


def chance_of_so_few(wrong: int, answered: int, risk: float) -> float:
    """Return the p-value of "the error rate is above `risk`": P(Bin(answered, risk) ≤ wrong); 1 without answers.

    Raises:
        ValueError: the counts or the risk make no sense.
    """
    _sensible(wrong, answered, risk)
    if wrong == answered:
        return 1.0
    from scipy.special import betainc

    return float(betainc(answered - wrong, wrong + 1, 1.0 - risk))


@lru_cache(maxsize=10_000)
def items_needed(risk: float, confidence: float = CONFIDENCE, wrong: int = 0) -> int:
    """Return how many answers certify `risk` when `wrong` of them are wrong: 59 at 5 %, 149 at 2 %, 299 at 1 %.

    Raises:
        ValueError: the risk or the confidence is not between 0 and 1.
    """
    _sensible(wrong, wrong, risk)
    _sensible(wrong, wrong, confidence)
    low, high = wrong, wrong + 1
    while chance_of_so_few(wrong, high, risk) > 1.0 - confidence:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if chance_of_so_few(wrong, middle, risk) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return high


def sequence(chances: Sequence[float], items: int, risk: float, confidence: float = CONFIDENCE) -> list[float]:
    """Return the thresholds to test, strict ones first, from the chances of *other* questions than will be tested.

    The strictest lets so many of `items` questions through that a certificate is possible, the last nearly all.
    Empty when `items` are too few for any.
    """
    least = ROOM * items_needed(risk, confidence)
    if not chances or items < least / ROOM:
        return []
    ranked = sorted(chances, reverse=True)
    first = min(1.0, least / items)
    shares = [first + (1.0 - first) * step / (STEPS - 1) for step in range(STEPS)]
    places = [min(len(ranked) - 1, max(0, round(share * len(ranked)) - 1)) for share in shares]
    return list(dict.fromkeys(ranked[place] for place in places))


def certify(
    scored: Sequence[Scored], thresholds: Sequence[float], risk: float, confidence: float = CONFIDENCE
) -> Certificate:
    """Test the thresholds in the order given and stop at the first that fails; the last that held is certified.

    Fixed-sequence testing (Angelopoulos et al. 2021, "Learn then Test"): valid for any number of thresholds, as long as
    they and their order were fixed without looking at `scored` (see `sequence`). Without any, nothing is certified.

    Raises:
        ValueError: the risk or the confidence is not between 0 and 1.
    """
    _sensible(0, 0, risk)
    _sensible(0, 0, confidence)
    counted, held = _Counted(scored), None
    tried = min((one.chance for one in scored), default=0.0)
    for tried in thresholds:
        wrong, answered = counted.at(tried)
        if chance_of_so_few(wrong, answered, risk) > 1.0 - confidence:
            break
        held = tried
    counts = counted.at(tried if held is None else held)
    return _certificate(len(scored), held, counts, risk, confidence)


def bound_at(scored: Sequence[Scored], threshold: float, risk: float, confidence: float = CONFIDENCE) -> Certificate:
    """Return what can be said of one threshold that was chosen on other questions than these.

    Raises:
        ValueError: the risk or the confidence is not between 0 and 1.
    """
    wrong, answered = _Counted(scored).at(threshold)
    certified = chance_of_so_few(wrong, answered, risk) <= 1.0 - confidence
    return _certificate(len(scored), threshold if certified else None, (wrong, answered), risk, confidence)


def exceeded(wrong: int, answered: int, risk: float, confidence: float = CONFIDENCE) -> bool:
    """Tell whether answers as they come in show that the risk is exceeded; may be asked after every one of them.

    A mixture of likelihood ratios over all rates above `risk` against `risk` itself (Robbins 1970): under a rate of at
    most `risk` it ever reaches 1 / (1 − confidence) with a chance of at most 1 − confidence (Ville's inequality).

    Raises:
        ValueError: the counts, the risk or the confidence make no sense.
    """
    _sensible(wrong, answered, confidence)
    _sensible(wrong, answered, risk)
    from math import log, log1p

    from scipy.special import betaincc, betaln

    fine = answered - wrong
    above = float(betaincc(wrong + 1, fine + 1, risk))
    if above <= 0.0:
        return False
    mixture = float(betaln(wrong + 1, fine + 1)) + log(above) - log1p(-risk)
    return mixture - wrong * log(risk) - fine * log1p(-risk) >= -log1p(-confidence)


class _Counted:
    """Labelled answers in the order of their chances, so that any threshold is counted by one look."""

    def __init__(self, scored: Sequence[Scored]) -> None:
        ordered = sorted(scored, key=lambda one: one.chance)
        self._chances = [one.chance for one in ordered]
        # How many of the first k are wrong.
        self._wrong = [0, *accumulate(not one.right for one in ordered)]

    def at(self, threshold: float) -> tuple[int, int]:
        """Return how many are wrong, of how many whose chance is at least the threshold."""
        below = bisect_left(self._chances, threshold)
        return self._wrong[-1] - self._wrong[below], len(self._chances) - below


def _certificate(
    items: int, threshold: float | None, counts: tuple[int, int], risk: float, confidence: float
) -> Certificate:
    wrong, answered = counts
    return Certificate(
        risk=risk,
        confidence=confidence,
        threshold=threshold,
        items=items,
        answered=answered,
        wrong=wrong,
        bound=upper_bound(wrong, answered, confidence),
        needed=items_needed(risk, confidence, wrong),
    )


def _sensible(wrong: int, answered: int, share: float) -> None:
    if not 0 <= wrong <= answered:
        raise ValueError(f"{wrong} errors in {answered} answers")
    if not 0.0 < share < 1.0:
        raise ValueError(f"a risk or confidence of {share}: between 0 and 1")
