"""Matching: puts up pairs of records that are alike, for somebody to look at. Runs in the background, links nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from knowledge.customers import likeness, pairs, timeline
from knowledge.customers.likeness import Alike
from knowledge.customers.link_tables import LinkSuggestionRow
from knowledge.customers.pairs import Pair
from knowledge.customers.profiles import read_profiles
from knowledge.database import Database
from knowledge.scope import Scope, within

SOURCE = "likeness"
# Chosen on febrl dataset1 and on persons that no figure is of (docs/identity.md): somebody looks at each pair.
THRESHOLD = 0.3
BATCH = 500


@dataclass(frozen=True)
class Matched:
    """What became of a run: how many records were compared, how many pairs are up because of it."""

    records: int
    pairs: int


def suggest(database: Database, scope: Scope, now: datetime, threshold: float = THRESHOLD) -> Matched:
    """Compare all records and put up the pairs that are alike; pairs of former runs that no longer are go away.

    No transaction is open while the records are compared.
    """
    with database.read() as session:
        profiles = list(read_profiles(session, scope))
    alike = likeness.compare(profiles, threshold)
    count = 0
    for start in range(0, len(alike), BATCH):
        with database.write() as session:
            timeline.hold(session, scope)
            count += _put_up(session, scope, alike[start : start + BATCH], now)
    with database.write() as session:
        session.execute(
            delete(LinkSuggestionRow).where(
                within(scope, LinkSuggestionRow), LinkSuggestionRow.source == SOURCE, LinkSuggestionRow.made_at < now
            )
        )
    return Matched(len(profiles), count)


def _put_up(session: Session, scope: Scope, alike: Sequence[Alike], now: datetime) -> int:
    new = [Pair(one.one, one.other, one.probability, _reason(one.weights), SOURCE, _evidence(one)) for one in alike]
    return sum(pair is not None for pair in pairs.put_up_many(session, scope, new, now))


def _evidence(alike: Alike) -> Mapping[str, object]:
    return {"rule": "likeness", "weights": dict(alike.weights)}


def _reason(weights: Mapping[str, float]) -> str:
    """Say in words which fields speak for one person and which against, the strongest first."""
    ranked = sorted(weights, key=lambda field: -abs(weights[field]))
    speaks_for = ", ".join(field.replace("_", " ") for field in ranked if weights[field] > 0)
    against = ", ".join(field.replace("_", " ") for field in ranked if weights[field] < 0)
    return f"Alike in {speaks_for}." + (f" Different in {against}." if against else "")
