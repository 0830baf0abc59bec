"""Calibration: whether the stated chances come true, from colleagues' verdicts on drafts or a labelled file."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy.orm import Session

from assistant.gate.certify import CONFIDENCE, Certificate, Scored, certify, exceeded, items_needed, sequence
from knowledge.customers.bot_entries import BotDecided, BotJudged
from knowledge.customers.entries import Payload, SuggestionJudged, SuggestionShown
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, read_row
from knowledge.failures import Rejected
from knowledge.scope import Scope

BINS = 10
RISKS = (0.05, 0.02, 0.01)
MOST_ROWS, MOST_LINE = 1_000_000, 100_000


@dataclass(frozen=True)
class Labelled:
    """One answer with the chance it was given and whether it was right; `key` decides the half it belongs to."""

    key: str
    chance: float
    right: bool


@dataclass(frozen=True)
class Calibration:
    """How chances compare with what happened, and what can be certified on the half that set no threshold.

    `error` is the expected calibration error over ten equal parts, `bins` are (answers, mean chance, share right).
    `broken` says that the labels show the risk to be exceeded where it was certified.
    """

    labelled: int
    right: int
    brier: float
    error: float
    bins: tuple[tuple[int, float, float], ...]
    certificate: Certificate
    broken: bool
    needed: tuple[tuple[float, int], ...]


def verdicts(session: Session, scope: Scope) -> list[Labelled]:
    """Return the drafts that colleagues judged: suggestions, right when sent as drafted, and the bot's own answers.

    Of several verdicts on one the latest counts; those without a chance are left out.
    """
    kinds = ("suggestion_shown", "suggestion_judged", "bot_decided", "bot_judged")
    query = ENTRIES.where(of_kinds(scope, *kinds)).order_by(EntryRow.seq)
    chances: dict[str, float] = {}
    right: dict[str, bool] = {}
    for row in session.execute(query):
        entry = read_row(row)
        chances |= _stated(entry.id, entry.payload)
        right |= _judged(entry.payload)
    return [Labelled(key, chances[key], good) for key, good in right.items() if key in chances]


def _stated(entry: str, payload: Payload | None) -> dict[str, float]:
    match payload:
        case SuggestionShown(chance=float(chance), decision="answer"):
            return {payload.suggestion: chance}
        case BotDecided(chance=float(chance)):
            return {entry: chance}
    return {}


def _judged(payload: Payload | None) -> dict[str, bool]:
    match payload:
        case SuggestionJudged():
            return {payload.suggestion: payload.verdict == "accepted"}
        case BotJudged():
            return {payload.decision: payload.right}
    return {}


def read_labelled(path: Path) -> list[Labelled]:
    """Read JSON lines with `chance` (0 to 1), `right` (true or false) and, if there is one, `id`.

    Raises:
        Rejected: the file cannot be read, or a line is not of that form.
    """
    found: list[Labelled] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    found.append(_labelled(line, number, path))
                if number > MOST_ROWS:
                    raise Rejected(f"{path} has more than {MOST_ROWS} lines.", "Draw some of them.")
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected(
            f"{path} cannot be read ({type(error).__name__}).", "It must be a file of JSON lines."
        ) from error
    return found


def calibrate(labelled: Sequence[Labelled], risk: float, confidence: float = CONFIDENCE) -> Calibration:
    """Choose thresholds on one half (by a digest of the keys), certify on the other, compare chances with outcomes.

    Raises:
        ValueError: the risk or the confidence is not between 0 and 1.
    """
    chosen = [one.chance for one in labelled if _first_half(one.key)]
    tested = [Scored(one.chance, one.right) for one in labelled if not _first_half(one.key)]
    certificate = certify(tested, sequence(chosen, len(tested), risk, confidence), risk, confidence)
    threshold = certificate.threshold
    answered = [one for one in labelled if threshold is not None and one.chance >= threshold]
    wrong = sum(not one.right for one in answered)
    bins = _bins(sorted(labelled, key=lambda one: one.chance))
    total = max(1, len(labelled))
    return Calibration(
        labelled=len(labelled),
        right=sum(one.right for one in labelled),
        brier=sum((one.chance - one.right) ** 2 for one in labelled) / total,
        error=sum(n * abs(stated - came) for n, stated, came in bins) / total,
        bins=bins,
        certificate=certificate,
        broken=exceeded(wrong, len(answered), risk, confidence),
        needed=tuple((one, items_needed(one, confidence)) for one in RISKS),
    )


def _bins(ranked: Sequence[Labelled]) -> tuple[tuple[int, float, float], ...]:
    edges = [len(ranked) * place // BINS for place in range(BINS + 1)]
    parts = [ranked[low:high] for low, high in pairwise(edges) if high > low]
    return tuple(
        (len(part), sum(one.chance for one in part) / len(part), sum(one.right for one in part) / len(part))
        for part in parts
    )


def _first_half(key: str) -> bool:
    return int(hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(), 16) % 2 == 0


def _labelled(line: str, number: int, path: Path) -> Labelled:
    remedy = 'Each line is like {"id": "a1", "chance": 0.83, "right": true}.'
    try:
        read = json.loads(line) if len(line) <= MOST_LINE else None
    except (ValueError, RecursionError) as error:
        raise Rejected(f"{path}, line {number}: no JSON.", remedy) from error
    row = read if isinstance(read, dict) else {}
    chance, right = row.get("chance"), row.get("right")
    is_number = isinstance(chance, (int, float)) and not isinstance(chance, bool)
    if not is_number or not isinstance(right, bool) or not 0 <= float(chance or 0.0) <= 1:
        raise Rejected(f"{path}, line {number}: no chance between 0 and 1 with right or wrong.", remedy)
    return Labelled(str(row.get("id", number)), float(chance or 0.0), right)
