"""Records that were joined as one person's, by proof or by hand, and how many of them were parted again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from evals.live.measures import Measure, Period, rate, share
from knowledge.customers.link_tables import LinkRow
from knowledge.scope import Scope, within


@dataclass(frozen=True)
class Join:
    """Two records became one person's; `parted`: that was taken back since."""

    at: datetime
    by_proof: bool
    parted: bool


def read_joins(session: Session, scope: Scope, since: datetime) -> list[Join]:
    """Return the joins at or after `since`."""
    back = aliased(LinkRow)
    query = (
        select(LinkRow.at, LinkRow.proof, back.id)
        .outerjoin(back, back.revokes == LinkRow.id)
        .where(within(scope, LinkRow), LinkRow.kind == "same", LinkRow.at >= since)
        .order_by(LinkRow.seq)
    )
    return [Join(at, proof, taken_back is not None) for at, proof, taken_back in session.execute(query)]


def joins(found: Sequence[Join], period: Period) -> Measure:
    """The share of joins that people parted again: what was found to be wrong, so at least so many were."""
    own = [one for one in found if period.holds(one.at)]
    parted = [one for one in own if one.parted]
    return rate(
        "joins_parted",
        "Records joined as one person's that were parted again",
        [one.parted for one in own],
        good=-1,
        parts={
            "by proof": share(sum(one.by_proof for one in own), len(own)),
            "parted": float(len(parted)),
            "parted, by proof": float(sum(one.by_proof for one in parted)),
        },
    )
