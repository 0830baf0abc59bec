from datetime import UTC, datetime

from evals.datasets.collections import Collection, Document
from evals.intake.screening import held_back, screening_figures

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DOCUMENTS = (
    Document("a", "Internal: closing accounts", "Close it with close_account_1234."),
    Document("b", "Opening hours", "We are open from nine to five."),
    Document("c", "Team meals", "Internal: menus change each week, says the canteen."),
)
COLLECTION = Collection("tiny", DOCUMENTS, (), {}, "none")


def test_a_plain_public_ingest_holds_back_what_looks_internal() -> None:
    assert held_back(COLLECTION, NOW) == {"a"}


def test_precision_and_recall_name_what_was_missed() -> None:
    figures = {one.name: one for one in screening_figures(COLLECTION, NOW)}
    assert figures["ingest/tiny/held_back_internal_precision"].value == 1.0
    recall = figures["ingest/tiny/held_back_internal_recall"]
    assert (recall.value, recall.n) == (1.0, 1)
    assert recall.settings["missed"] == []
