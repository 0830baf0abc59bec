"""Identity: how well suggestions find the records of one person, and that proof joins nobody else's."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from email_validator import EmailNotValidError, validate_email

from evals.datasets.people import People, read_fake_1000, read_febrl
from evals.figures import Figure, digest, figure
from evals.identity_cases import CASES, Case, read_cases, wrongly_joined
from evals.intervals import mean_interval
from evals.library import private_settings
from knowledge.customers import matching, pairs
from knowledge.customers.entries import Handle
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database, open_database
from knowledge.scope import Scope

SEED = 20261122
GRID = (0.05, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
SCOPE = Scope()
MANY = 1_000_000

Scored = dict[frozenset[str], float]


def suggestion_figures(data: Path, now: datetime) -> Iterator[Figure]:
    """Pairwise precision, recall and F1 of the suggestions on febrl3 and splink_people.

    The threshold is the product's own. The settings of each figure tell what febrl1, on which it was chosen, makes of
    the thresholds around it.
    """
    chosen_on = read_febrl(data, 1)
    tried = f1_by_threshold(suggested(chosen_on, now, min(GRID)), chosen_on)
    for people in (read_febrl(data, 3), read_fake_1000(data)):
        found = frozenset(suggested(people, now, matching.THRESHOLD))
        settings = {"threshold": matching.THRESHOLD, "febrl1_f1_by_threshold": tried, "suggested": len(found)}
        yield from _figures(people, found, settings)


def suggested(people: People, now: datetime, threshold: float) -> Scored:
    """Import the people as customers, let the product suggest, and return the pairs of ids with their scores."""
    with _database() as database:
        ids: dict[str, str] = {}
        with database.write() as session:
            for record in people.records:
                handles = (KnownHandle(Handle("email", record.email), False),) if _is_email(record.email) else ()
                new = NewCustomer(record.id, attributes=record.attributes, handles=handles)
                ids[save_customer(session, SCOPE, new, now)] = record.id
        matching.suggest(database, SCOPE, now, threshold)
        with database.read() as session:
            up = pairs.waiting(session, SCOPE, limit=MANY)
    return {frozenset((ids[pair.one], ids[pair.other])): pair.score for pair in up}


def f1_by_threshold(scored: Scored, people: People) -> dict[str, float]:
    """F1 at each threshold of the grid."""
    told = {}
    for threshold in GRID:
        found = {pair for pair, score in scored.items() if score >= threshold}
        told[str(threshold)] = round(2 * len(found & people.truth) / (len(found) + len(people.truth)), 4)
    return told


def automatic_figures(now: datetime) -> Iterator[Figure]:
    """Records of different people that proof alone made one, over the written cases; must be 0."""
    cases = read_cases()
    wrong, right, wanted = 0, 0, 0
    with _database() as database:
        for case in cases:
            outcome = wrongly_joined(database, case, now)
            wrong, right, wanted = wrong + len(outcome.wrong), right + outcome.rightly, wanted + outcome.same
    settings = {"same_person_pairs": wanted, "joined_rightly": right, "kinds": _kinds(cases)}
    yield Figure("identity/automatic/wrong_links", wrong, "pairs", len(cases), data=digest([CASES]), settings=settings)


def _kinds(cases: tuple[Case, ...]) -> dict[str, int]:
    return {kind: sum(case.kind == kind for case in cases) for kind in sorted({case.kind for case in cases})}


def _figures(people: People, found: frozenset[frozenset[str]], settings: dict[str, object]) -> Iterator[Figure]:
    person = {record.id: record.person for record in people.records}
    # F1 is the mean over both lists: 2·TP / (suggested + true). Pairs of one person are drawn together.
    precise = [(float(pair in people.truth), person[min(pair)]) for pair in found]
    recalled = [(float(pair in found), person[min(pair)]) for pair in people.truth]
    for name, values in (("precision", precise), ("recall", recalled), ("f1", precise + recalled)):
        if values:
            numbers, groups = zip(*sorted(values), strict=True)
            interval = mean_interval(numbers, seed=SEED, groups=groups)
            named = f"identity/{people.name}/{name}"
            yield figure(named, interval, "", seed=SEED, data=people.digest, settings=settings)


def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


@contextmanager
def _database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(private_settings(Path(folder)).database)
        try:
            yield database
        finally:
            database.close()
