"""People with several records each: FEBRL's synthetic persons and splink's sets, national ids left out."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import combinations
from pathlib import Path

from evals.datasets.collections import folder
from evals.figures import digest
from knowledge.failures import NotFound

# Column of the data → attribute of a customer. FEBRL's soc_sec_id is not among them.
_FEBRL = {
    "given_name": "given_name",
    "surname": "surname",
    "date_of_birth": "date_of_birth",
    "street_number": "street_number",
    "address_1": "address_1",
    "suburb": "suburb",
    "postcode": "postcode",
}
_SPLINK = {
    "first_name": "given_name",
    "surname": "surname",
    "dob": "date_of_birth",
    "city": "city",
    "birth_place": "city",
    "postcode_fake": "postcode",
    "postcode": "postcode",
}
# Who a record is truly of; a file of splink's without these columns holds no people (its labels do not).
_IDENTIFIED = {"unique_id", "cluster"}


@dataclass(frozen=True)
class PersonRecord:
    """One record: its id, whose it truly is, what it says; `email` is a claim."""

    id: str
    person: str
    attributes: Mapping[str, str]
    email: str = ""


@dataclass(frozen=True)
class People:
    """Records of people, some of them the same person's."""

    name: str
    records: tuple[PersonRecord, ...]
    digest: str

    @cached_property
    def truth(self) -> frozenset[frozenset[str]]:
        """Every pair of records that is one person's."""
        groups: dict[str, list[str]] = {}
        for record in self.records:
            groups.setdefault(record.person, []).append(record.id)
        return frozenset(frozenset(pair) for group in groups.values() for pair in combinations(group, 2))


def read_febrl(data: Path, number: int) -> People:
    """Read FEBRL's dataset 1 (1,000 records, 500 persons) or 3 (5,000 records, 2,000 persons).

    Raises:
        NotFound: the data set is not there.
    """
    path = folder(data, "febrl") / f"dataset{number}.csv"
    records = tuple(PersonRecord(row["rec_id"], row["rec_id"].split("-")[1], _said(row, _FEBRL)) for row in _rows(path))
    return People(f"febrl{number}", records, digest([path]))


def read_splink_people(data: Path) -> tuple[People, ...]:
    """Read every file of people that splink's folder holds, by name: records with `unique_id` and `cluster`.

    The records of a file are people of that file alone; which of the known columns it has is its own affair.

    Raises:
        NotFound: the data set is not there, or none of its files holds people.
    """
    place = folder(data, "splink_people")
    found = tuple(_splink_file(path) for path in sorted(place.glob("*.csv")) if _columns(path) >= _IDENTIFIED)
    if not found:
        raise NotFound(f"No file of people in {place}.", "Fetch the data set again.")
    return found


def some(people: People, most: int) -> People:
    """Return whole persons, drawn by the digests of their names, with about `most` records together."""
    size = Counter(record.person for record in people.records)
    kept: set[str] = set()
    room = most
    for person in sorted(size, key=lambda name: sha256(name.encode()).digest()):
        if size[person] <= room:
            kept.add(person)
            room -= size[person]
    return replace(people, records=tuple(record for record in people.records if record.person in kept))


def _splink_file(path: Path) -> People:
    records = tuple(
        PersonRecord(row["unique_id"], row["cluster"], _said(row, _SPLINK), row.get("email", "")) for row in _rows(path)
    )
    return People(path.stem, records, digest([path]))


def _said(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    return {attribute: row[column] for column, attribute in columns.items() if row.get(column)}


def _columns(path: Path) -> set[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {name.strip() for name in next(csv.reader(file), [])}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise NotFound(f"{path} is not there.", "Fetch the data set again.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        names = [name.strip() for name in next(rows)]
        for row in rows:
            yield {name: value.strip() for name, value in zip(names, row, strict=True)}
