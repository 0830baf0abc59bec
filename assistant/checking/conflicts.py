"""A draft beside what it does not cite: a sentence that another article gives another number for is contradicted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.drafting.age import stale_passages
from assistant.duplicates import contradict
from assistant.reading import passage_units
from knowledge.customers.entries import Claim, PassageUsed


def against_others(claims: Sequence[Claim], passages: Sequence[PassageUsed]) -> tuple[Claim, ...]:
    """Return the claims; one that an article it does not cite contradicts is `contradicted`, its signal `conflict` 1.

    An article of an old date contradicts nobody where a newer one is about as near. One without a date does: who wrote
    the last word is not known.
    """
    stale = stale_passages([one for one in passages if one.stated_date])
    articles = {passage.number: passage.article for passage in passages}
    return tuple(
        replace(claim, support="contradicted", signals={**claim.signals, "conflict": 1.0})
        if _denied(claim, [one for one in passages if one.passage not in stale], articles)
        else claim
        for claim in claims
    )


def in_conflict(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims that another article contradicts."""
    return [claim for claim in claims if claim.signals.get("conflict")]


def _denied(claim: Claim, passages: Sequence[PassageUsed], articles: Mapping[int, str]) -> bool:
    if claim.support != "supported" or not claim.citations or not any(letter.isdigit() for letter in claim.text):
        return False
    own = {articles.get(number) for number in claim.citations}
    return any(
        contradict(claim.text, unit.text)
        for passage in passages
        if passage.article not in own
        for unit in passage_units(passage.text)
    )
