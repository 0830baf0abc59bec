"""tau-Banking: a bank's whole knowledge base, 48 customer scenarios, and which articles are internal."""

import re
from pathlib import Path

from evals.datasets.collections import Collection, Document, Files, read_files

FILES = Files("docs.jsonl", "tasks.jsonl", id="task_id", text="customer_scenario")
# A tool of the agents' desk as the articles name it: words and digits, `open_bank_account_4821`.
TOOL = re.compile(r"\b[a-z]+(?:_[a-z]+)+_\d{3,4}\b")
DECLARED = re.compile(r"internal use only|['\"‘“]Internal: ", re.IGNORECASE)


def read(data: Path) -> Collection:
    """Read the 698 articles and the scenarios; a scenario's whole text is its query.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    return read_files(data, "tau_banking_kb", FILES)


def internal_marks(document: Document) -> frozenset[str]:
    """Why an article is for the staff only; none = it is public.

    The data set carries no such flag, so it is read off three marks that anyone can check:
    `title` (the title says "Internal": 58 articles), `tool` (it tells the agent to use a numbered tool
    of the desk: one more), `declared` (it holds a part "internal use only" or sends the reader to a
    document "Internal: …": two more). Together 61.
    """
    marks = {
        "title": "internal" in document.title.lower(),
        "tool": bool(TOOL.search(document.text)),
        "declared": bool(DECLARED.search(document.text)),
    }
    return frozenset(mark for mark, there in marks.items() if there)


def internal_ids(collection: Collection) -> frozenset[str]:
    """The ids of the internal articles."""
    return frozenset(document.id for document in collection.documents if internal_marks(document))
