"""Calls of a bank's campaigns in the order they were made, and whether the customer took the offer."""

import csv
from dataclasses import dataclass
from pathlib import Path

from assistant.outreach.whom import Facts
from evals.datasets.collections import folder
from evals.figures import digest
from knowledge.failures import NotFound, Rejected

# Known only after the call, the outcome itself, and the order: never a fact to go by.
FORBIDDEN = frozenset({"duration", "y", "date_order"})
NUMBERS = frozenset(
    {
        "age",
        "campaign",
        "pdays",
        "previous",
        "emp.var.rate",
        "cons.price.idx",
        "cons.conf.idx",
        "euribor3m",
        "nr.employed",
    }
)
# "Never contacted before" is written as 999 days.
NEVER, CAPPED_DAYS = 999, 30.0


@dataclass(frozen=True)
class Contacts:
    """The contacts, the oldest first, what was known before each, and how each ended."""

    facts: tuple[Facts, ...]
    welcome: tuple[bool, ...]
    digest: str


def read(data: Path) -> Contacts:
    """Read the contacts in the order of their dates.

    Raises:
        NotFound: the data set or its file is not there.
        Rejected: a row has another form.
    """
    path = folder(data, "bank_marketing") / "contacts.csv"
    if not path.is_file():
        raise NotFound(f"{path} is not there.", "Fetch the data set again.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        rows.sort(key=lambda row: int(row["date_order"]))
        return Contacts(tuple(map(_facts, rows)), tuple(row["y"] == "yes" for row in rows), digest([path]))
    except (KeyError, TypeError, ValueError) as error:
        raise Rejected(f"bank_marketing: a row has another form ({error}).") from error


def _facts(row: dict[str, str]) -> Facts:
    known: dict[str, str | float] = {
        key: float(value) if key in NUMBERS else value for key, value in row.items() if key not in FORBIDDEN
    }
    days = float(row["pdays"])
    known["pdays"] = min(days, CAPPED_DAYS)
    known["contacted before"] = "no" if days >= NEVER else "yes"
    return known
