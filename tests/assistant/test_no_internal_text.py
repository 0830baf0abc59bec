"""Internal articles guide agents only: no drafter, however it behaves, carries their text to a customer."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import BaseMessage
from numpy.typing import NDArray

from assistant.drafting.endpoint import EndpointDrafter
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.scripted import ScriptedModel
from assistant.sentences import words
from assistant.suggest import Assistant, ask
from knowledge.customers.entries import SuggestionShown, Visibility
from knowledge.database import Database, open_database
from knowledge.ids import ArticleId, PassageId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder
from retrieval.passages import EVERYTHING, Audience, Hit, Only, Passage
from retrieval.search import Search, open_search

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHINGLE = 8
DATA = Path(os.environ.get("THREADLINE_TEST_DATA", "../shared/data")) / "tau_banking_kb"


def echo(messages: Sequence[BaseMessage]) -> str:
    """Try to leak: repeat everything that was seen, citing every number there is."""
    seen = " ".join(message.text for message in messages)[:7_000]
    return json.dumps(
        {"decision": "answer", "text": seen + "".join(f" [{n}]" for n in range(12)), "citations": [*range(12)]}
    )


def drafters() -> list[Callable[[], EndpointDrafter | ExtractiveDrafter]]:
    """Every drafter; the local one is the endpoint's code with another name, checked in its own tests."""
    return [
        ExtractiveDrafter,
        lambda: EndpointDrafter(ScriptedModel(script=[echo]), "echo", 30),
        lambda: EndpointDrafter(ScriptedModel(script=[echo]), "echo", 30, name="local"),
    ]


def shingles(text: str, size: int = SHINGLE) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[start : start + size]) for start in range(len(said) - size + 1)}


def customer_texts(shown: SuggestionShown) -> list[str]:
    return [shown.text, *(claim.text for claim in shown.claims)]


class FewPassages(Search):
    """A search over passages in memory that returns all it may, in order: the least favourable library."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self.embedder = NoEmbedder()

    def rarity(self, words: Sequence[str]) -> list[float]:
        return [1.0 for _ in words]

    def search_vector(
        self, query: str, vector: NDArray[np.float32], audience: Audience, limit: int = 10, only: Only = EVERYTHING
    ) -> list[Hit]:
        assert query
        assert vector.shape == (1,)
        allowed = [p for p in self._passages if audience == "agent" or p.visibility == "public"]
        return [Hit(p, 1 / rank, rank, rank, 0.9) for rank, p in enumerate(allowed[:limit], 1)]


class NoEmbedder:
    """Every text has the same vector."""

    id = "none"
    dimensions = 1

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


VOCABULARY = ["boots", "return", "within", "days", "refund", "agent", "order", "voucher", "late", "never"]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=30)
TEXTS = st.tuples(st.sampled_from(["public", "internal"]), WORDS.map(" ".join))


@pytest.fixture(scope="module", params=range(3), ids=["extractive", "endpoint", "local"])
def drafter(request: pytest.FixtureRequest) -> Iterator[EndpointDrafter | ExtractiveDrafter]:
    opened = drafters()[request.param]()
    yield opened
    opened.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(library=st.lists(TEXTS, max_size=12), question=WORDS)
def test_no_word_of_an_internal_passage(
    drafter: EndpointDrafter | ExtractiveDrafter, library: list[tuple[Visibility, str]], question: list[str]
) -> None:
    """Each internal passage is marked with a word of its own: none may come through."""
    passages = [
        Passage(
            PassageId(str(number)),
            ArticleId(str(number)),
            f"secret{number}" if visibility == "internal" else "Help",
            f"secret{number}" if visibility == "internal" else "",
            f"https://internal.example/secret{number}" if visibility == "internal" else "",
            f"{text} secret{number}. {text}" if visibility == "internal" else f"{text}. {text}.",
            visibility,
            "en",
        )
        for number, (visibility, text) in enumerate(library)
    ]
    assistant = Assistant(FewPassages(passages), drafter, ExtractiveDrafter())
    streamed: list[str] = []
    shown = ask(assistant, "how " + " ".join(question), now=NOW, on_progress=lambda step: streamed.append(step.text))
    assert "secret" not in " ".join(customer_texts(shown))
    assert "secret" not in "".join(streamed)
    public = {used.number for used in shown.passages if used.visibility == "public"}
    assert set(shown.citations) <= public
    assert set(shown.guidance) == {used.number for used in shown.passages} - public


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Search]:
    """The internal articles of tau_banking_kb and every fourth of the others: enough for each question to find both."""
    if not (DATA / "docs.jsonl").is_file():
        pytest.skip(f"the public data is not at {DATA} (set THREADLINE_TEST_DATA)")
    place = tmp_path_factory.mktemp("bank")
    database: Database = open_database(f"sqlite:///{place / 'threadline.db'}")
    rules = VisibilityRules(internal=("title:*Internal*", "group:*internal*", "id:*internal*"), default="public")
    some = [document for number, document in enumerate(documents()) if is_internal(document) or number % 4 == 0]
    (place / "docs.jsonl").write_text("\n".join(json.dumps(document) for document in some), "utf-8")
    ingest(database, Scope(), [place / "docs.jsonl"], IngestPlan(now=NOW, rules=rules), embedder)
    opened = open_search(Settings(data_dir=place / "data"), database, Scope(), embedder)
    yield opened
    opened.close()
    database.close()


def documents() -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / "docs.jsonl").read_text("utf-8").splitlines()]


def is_internal(document: dict[str, str]) -> bool:
    return "internal" in f"{document['title']} {document['group']} {document['doc_id']}".lower()


def questions() -> list[str]:
    """What customers would ask about each internal article, and their scenarios' own sentences."""
    titles = [document["title"] for document in documents() if is_internal(document)]
    asked = [f"How does this work for me: {title.removeprefix('Internal: ')}?" for title in titles]
    tasks = [json.loads(line) for line in (DATA / "tasks.jsonl").read_text("utf-8").splitlines()]
    return asked + [str(task["customer_scenario"])[:600] for task in tasks]


# "local" is the endpoint's code under another name: once over the whole bank is enough.
@pytest.mark.parametrize("drafter", range(2), ids=["extractive", "endpoint"], indirect=True)
@pytest.mark.timeout(600)
def test_no_shingle_of_the_banks_internal_articles(bank: Search, drafter: EndpointDrafter | ExtractiveDrafter) -> None:
    public: set[tuple[str, ...]] = set()
    internal: set[tuple[str, ...]] = set()
    for document in documents():
        (internal if is_internal(document) else public).update(shingles(f"{document['title']} {document['text']}"))
    only_internal = internal - public
    assert len(only_internal) > 5_000
    assistant = Assistant(bank, drafter, ExtractiveDrafter())
    answered, guided = 0, 0
    for question in questions():
        shown = ask(assistant, question, now=NOW)
        said = set[tuple[str, ...]]().union(*(shingles(text) for text in customer_texts(shown)))
        leaked = (said & only_internal) - shingles(question)
        assert not leaked, (question, leaked)
        answered += shown.decision == "answer"
        guided += bool(shown.guidance)
    assert guided > 40
    assert answered > 25  # else the test would show little
