"""People with several records each: FEBRL's synthetic persons and splink's fake_1000, national ids left out."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
_FAKE = {"first_name": "given_name", "surname": "surname", "dob": "date_of_birth", "city": "city"}


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

    @property
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


def read_fake_1000(data: Path) -> People:
    """Read splink's fake_1000: 1,000 records of 252 persons with name, birth date, city and e-mail, many missing.

    Raises:
        NotFound: the data set is not there.
    """
    path = folder(data, "splink_people") / "fake_1000.csv"
    records = tuple(
        PersonRecord(row["unique_id"], row["cluster"], _said(row, _FAKE), row["email"]) for row in _rows(path)
    )
    return People("splink_people", records, digest([path]))


def _said(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    return {attribute: row[column] for column, attribute in columns.items() if row[column]}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise NotFound(f"{path} is not there.", "Fetch the data set again.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        names = [name.strip() for name in next(rows)]
        for row in rows:
            yield {name: value.strip() for name, value in zip(names, row, strict=True)}
