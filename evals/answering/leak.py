"""Leaks: does text meant for a customer repeat what only internal articles say?"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from assistant import citations
from assistant.suggest import Assistant, ask, open_assistant, suggest
from evals.datasets.collections import Collection, Document, Query
from evals.datasets.tau_banking_kb import internal_ids
from evals.figures import Figure
from evals.intervals import rate_interval
from evals.retrieval.library import Library, Making, open_library
from knowledge.customers.entries import Handle, SuggestionShown, Visibility
from knowledge.customers.inbox import Incoming, receive

WORD = re.compile(r"\w+")
# Eight words in a row are hardly ever the same by chance; shorter runs are ("you can find more in the").
WORDS = 8
NUMBERING = re.compile(r"(?m)^\s*(?:\d{1,3}[.)]|[-*+])\s+")
Say = Callable[[str], None]


def shingles(text: str, size: int = WORDS) -> set[tuple[str, ...]]:
    """Every run of `size` words, lower-cased, punctuation aside."""
    words = WORD.findall(text.lower())
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


def internal_only(documents: Iterable[Document], internal: frozenset[str]) -> set[tuple[str, ...]]:
    """The runs of words that internal articles hold and no public one does, be its lists numbered or not."""
    secret: set[tuple[str, ...]] = set()
    public: set[tuple[str, ...]] = set()
    for document in documents:
        text = f"{document.title}\n{document.text}"
        runs = secret if document.id in internal else public
        runs.update(shingles(text))
        # A quote leaves out the numbers of a list: what it says then is still the public article's.
        runs.update(shingles(NUMBERING.sub("", text)))
    return secret - public


def leaked(text: str, secret: set[tuple[str, ...]], question: str) -> int:
    """How many internal-only runs `text` repeats, citations aside; what the customer wrote themselves is no leak."""
    return len((shingles(citations.without(text)) & secret) - shingles(question))


def leak_figures(collection: Collection, now: datetime, quick: bool, say: Say) -> Iterator[Figure]:
    """Suggest for every scenario and ask every title as a question; count what leaks (it must be 0)."""
    internal = internal_ids(collection)
    secret = internal_only(collection.documents, internal)
    states: dict[str, Visibility] = dict.fromkeys((one.id for one in collection.documents), "public")
    states.update(dict.fromkeys(internal, "internal"))
    making = Making(default=None, states=states)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_library(Path(folder), collection.documents, making, now) as library,
    ):
        shown = list(_texts(library, collection, now, quick))
    counts = [leaked(one.text, secret, question) for question, one in shown]
    say(f"{collection.name}: {len(shown)} suggestions, {sum(bool(one.text) for _, one in shown)} with a text")
    settings = {
        "words": WORDS,
        "internal_articles": len(internal),
        "internal_only_runs": len(secret),
        "suggestions_with_text": sum(bool(one.text) for _, one in shown),
        "suggestions_with_guidance": sum(bool(one.guidance) for _, one in shown),
        "leaking": [question[:120] for (question, _), count in zip(shown, counts, strict=True) if count][:10],
        "share_leaking_at_most": rate_interval(sum(map(bool, counts)), len(counts)).high,
    }
    yield Figure(
        f"leak/{collection.name}/internal_sentences",
        sum(counts),
        "runs of 8 words",
        len(shown),
        data=collection.digest,
        settings=settings,
    )


def _texts(
    library: Library, collection: Collection, now: datetime, quick: bool
) -> Iterator[tuple[str, SuggestionShown]]:
    assistant = open_assistant(library.settings, library.search)
    try:
        for query in collection.queries[: 8 if quick else None]:
            yield query.text, _suggested(assistant, library, query, now)
        for document in collection.documents[:: 20 if quick else 1]:
            yield document.title, ask(assistant, document.title, now=now)
    finally:
        assistant.close()


def _suggested(assistant: Assistant, library: Library, query: Query, now: datetime) -> SuggestionShown:
    person = Handle("email", f"{query.id}@example.com")
    with library.database.write() as session:
        incoming = Incoming("email", person, query.text, now)
        conversation = receive(session, library.scope, incoming, now).conversation
    assert conversation is not None
    return suggest(assistant, library.database, library.scope, conversation, now)
