"""Texts: how near a text is to another, in words and in letters; no model takes part."""

import re
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

_WORD = re.compile(r"[a-z0-9]+")


def exact(given: str, wanted: str) -> bool:
    """Tell whether both are the same but for case and blanks."""
    return " ".join(given.casefold().split()) == " ".join(wanted.casefold().split())


def token_f1(given: str, wanted: str) -> float:
    """Return the F1 of the words both have in common, each as often as in both (SQuAD); 1 when both are empty."""
    said, meant = Counter(given.casefold().split()), Counter(wanted.casefold().split())
    if not said or not meant:
        return float(said == meant)
    return 2 * (said & meant).total() / (said.total() + meant.total())


def similarity(given: str, wanted: str) -> float:
    """Return 1 − Levenshtein distance / the longer length: the share of letters that need no edit."""
    return float(Levenshtein.normalized_similarity(given, wanted))


def rouge_l(given: str, wanted: str) -> float:
    """Return ROUGE-L's F1 (Lin 2004) over lower-cased words of letters a–z and digits, without stemming."""
    said, meant = _WORD.findall(given.lower()), _WORD.findall(wanted.lower())
    if not said or not meant:
        return 0.0
    common = _common(said, meant)
    return 2 * common / (len(said) + len(meant))


def retained(draft: str, sent: str) -> float:
    """Return the share of the draft's words that were sent: what was worth keeping; 1 for an empty draft."""
    said = Counter(draft.casefold().split())
    return (said & Counter(sent.casefold().split())).total() / said.total() if said else 1.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, in one row of the table at a time."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for place, theirs in enumerate(other, start=1):
            before, row[place] = row[place], before + 1 if word == theirs else max(row[place], row[place - 1])
    return row[-1]
