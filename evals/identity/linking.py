"""Identity: how well suggestions find the records of one person, and that proof joins nobody else's."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

from email_validator import EmailNotValidError, validate_email

from evals.datasets.people import People, read_febrl, read_splink_people, some
from evals.figures import Figure, digest, figure
from evals.identity import peer as identity_peer
from evals.identity.cases import CASES, Case, read_cases, wrongly_joined
from evals.intervals import mean_interval
from evals.metrics.clustering import Agreement, b_cubed
from evals.retrieval.library import private_settings
from knowledge.customers import matching, pairs, persons
from knowledge.customers.entries import Handle
from knowledge.customers.profiles import read_profiles
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.database import Database, open_database
from knowledge.ids import CustomerId
from knowledge.scope import Scope

SEED = 20261122
GRID = (0.05, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
SCOPE = Scope()
MANY = 1_000_000
# So many records of a file of splink's, whole persons by lot: pairs grow faster than records.
MOST = 3_000

Scored = dict[frozenset[str], float]


@dataclass(frozen=True)
class Found:
    """What was found in one set of people: by the product with its scores, and by the peer where it is there."""

    people: People
    ours: Scored
    peers: frozenset[frozenset[str]] | None


def suggestion_figures(data: Path, now: datetime, say: Callable[[str], None]) -> Iterator[Figure]:
    """Pairwise precision, recall and F1 of the suggestions on febrl3 and splink_people, beside the peer's.

    The threshold is the product's own. The settings of each figure tell what febrl1, on which it was chosen, makes of
    the thresholds around it, and what comes of accepting every suggestion (`all_accepted`). Each file of splink_people
    is searched by itself; the figure without a file's name is of the pairs of all of them together.
    """
    if not identity_peer.PEER.is_there():
        say(identity_peer.PEER.left_out)
    chosen_on = read_febrl(data, 1)
    tried = f1_by_threshold(suggested(chosen_on, now, min(GRID)).ours, chosen_on)
    settings = {"threshold": matching.THRESHOLD, "febrl1_f1_by_threshold": tried}
    yield from _figures("febrl3", [suggested(read_febrl(data, 3), now, matching.THRESHOLD, beside=True)], settings)
    files = [suggested(some(people, MOST), now, matching.THRESHOLD, beside=True) for people in read_splink_people(data)]
    yield from _figures("splink_people", files, settings)
    for one in files:
        yield from _figures(f"splink_people_{one.people.name}", [one], settings)


def suggested(people: People, now: datetime, threshold: float, *, beside: bool = False) -> Found:
    """Import the people as customers, let the product suggest, and return the pairs of ids with their scores.

    `beside`: the peer is given what the product compares, where it is there.
    """
    with _database() as database:
        ids: dict[CustomerId, str] = {}
        with database.write() as session:
            for record in people.records:
                handles = (KnownHandle(Handle("email", record.email), False),) if _is_email(record.email) else ()
                new = NewCustomer(record.id, attributes=record.attributes, handles=handles)
                ids[save_customer(session, SCOPE, new, now)] = record.id
        matching.suggest(database, SCOPE, now, threshold)
        with database.read() as session:
            up = pairs.waiting(session, SCOPE, limit=MANY)
            profiles = list(read_profiles(session, SCOPE))
    peers = identity_peer.linked(profiles, ids) if beside and identity_peer.PEER.is_there() else None
    return Found(people, {frozenset((ids[pair.one], ids[pair.other])): pair.score for pair in up}, peers)


def f1_by_threshold(scored: Scored, people: People) -> dict[str, float]:
    """F1 at each threshold of the grid."""
    told = {}
    for threshold in GRID:
        found = {pair for pair, score in scored.items() if score >= threshold}
        told[str(threshold)] = round(2 * len(found & people.truth) / (len(found) + len(people.truth)), 4)
    return told


def persons_by(found: Iterable[frozenset[str]]) -> Mapping[str, str]:
    """Return whose each record is once all these pairs are accepted: links join whole persons."""
    owners = persons.join((CustomerId(min(pair)), CustomerId(max(pair))) for pair in found)
    return {str(record): str(person) for record, person in owners.items()}


def joined(found: Iterable[frozenset[str]]) -> frozenset[frozenset[str]]:
    """Return the pairs of records that are one person's once all these are accepted."""
    groups: dict[str, list[str]] = {}
    for record, person in persons_by(found).items():
        groups.setdefault(person, []).append(record)
    return frozenset(frozenset(pair) for group in groups.values() for pair in combinations(group, 2))


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


def _figures(name: str, parts: Sequence[Found], settings: Mapping[str, object]) -> Iterator[Figure]:
    """The figures of the pairs of all parts together; pairs of one person are drawn together."""
    ours = _measured([(one.people, frozenset(one.ours)) for one in parts])
    peers = _measured([(one.people, one.peers) for one in parts if one.peers is not None])
    accepted = _measured([(one.people, joined(one.ours)) for one in parts])
    told = {
        metric: round(sum(value for value, _ in values) / len(values), 4)
        for metric, values in accepted.items()
        if values
    }
    whole = _b_cubed(parts)
    told |= {f"b3_{name}": round(getattr(whole, name), 4) for name in ("precision", "recall", "f1")}
    if ours["precision"]:
        wrong = sum(value == 0 for value, _ in ours["precision"])
        told["wrong_merges_per_1000"] = round(1000 * wrong / len(ours["precision"]), 2)
    settings = {**settings, "records": sum(len(one.people.records) for one in parts), "all_accepted": told}
    for metric, values in ours.items():
        if values:
            numbers, groups = zip(*sorted(values), strict=True)
            interval = mean_interval(numbers, seed=SEED, groups=groups)
            theirs = [value for value, _ in peers[metric]]
            baseline = {identity_peer.NAME: round(sum(theirs) / len(theirs), 4)} if theirs else {}
            made_of = "+".join(one.people.digest for one in parts)
            more = {"baseline": baseline, "seed": SEED, "data": made_of, "settings": settings}
            yield figure(f"identity/{name}/{metric}", interval, "", **more)


def _b_cubed(parts: Sequence[Found]) -> Agreement:
    """B³ of the persons once every pair is accepted; a record in no pair is a person of its own."""
    given, wanted = {}, {}
    for one in parts:
        whose = persons_by(one.ours)
        for record in one.people.records:
            name = f"{one.people.name}:{record.id}"
            given[name] = f"{one.people.name}:{whose.get(record.id, record.id)}"
            wanted[name] = f"{one.people.name}:{record.person}"
    return b_cubed(given, wanted)


def _measured(found: Iterable[tuple[People, frozenset[frozenset[str]]]]) -> dict[str, list[tuple[float, str]]]:
    """Return the values whose means are precision, recall and F1, each with the person it belongs to.

    F1 is the mean over both lists: 2·TP / (suggested + true).
    """
    precise, recalled = [], []
    for people, pairs_found in found:
        person = {record.id: f"{people.name}:{record.person}" for record in people.records}
        precise += [(float(pair in people.truth), person[min(pair)]) for pair in pairs_found]
        recalled += [(float(pair in pairs_found), person[min(pair)]) for pair in people.truth]
    return {"precision": precise, "recall": recalled, "f1": precise + recalled}


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
