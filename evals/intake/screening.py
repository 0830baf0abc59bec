"""How well ingest holds back articles that look internal but do not say so."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from evals.datasets.collections import Collection
from evals.datasets.tau_banking_kb import internal_ids
from evals.figures import Figure, figure
from evals.intervals import rate_interval
from evals.retrieval.library import private_settings, write_articles
from knowledge.database import open_database
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope


def held_back(collection: Collection, now: datetime) -> frozenset[str]:
    """The documents that a plain "everything is public" ingest keeps from customers all the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        write_articles(path, collection.documents, {})
        database = open_database(private_settings(Path(folder)).database)
        try:
            plan = IngestPlan(now=now, rules=VisibilityRules(default="public"))
            return frozenset(ingest(database, Scope(), [path], plan).held_back)
        finally:
            database.close()


def screening_figures(collection: Collection, now: datetime) -> Iterator[Figure]:
    """Precision and recall of the screening against the articles that carry a mark of being internal."""
    held, internal = held_back(collection, now), internal_ids(collection)
    both = len(held & internal)
    settings = {
        "held_back": len(held),
        "internal": len(internal),
        "missed": sorted(internal - held),
        "held_back_but_unmarked": sorted(held - internal),
    }
    for name, out_of in (("precision", len(held)), ("recall", len(internal))):
        if out_of:
            yield figure(
                f"ingest/{collection.name}/held_back_internal_{name}",
                rate_interval(both, out_of),
                "",
                data=collection.digest,
                settings=settings,
            )
