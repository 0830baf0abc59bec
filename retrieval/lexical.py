"""The lexical index: BM25 over stemmed words in tantivy, on disk or in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from math import log, sqrt
from pathlib import Path

import tantivy

from knowledge.customers.entries import Visibility
from retrieval.common_words import COMMON
from retrieval.passages import Passage
from retrieval.query import LAST_TURN, last_turn

# Distinct words a query may carry; of a longer one those that tell most stay.
MAX_WORDS = 256
# What a word counts that says how something is asked and not what about; see docs/retrieval.md.
COMMON_WORD = 0.6
# What is looked at of a very long query: both ends, where people say what they want.
MAX_CHARS = 8_000
WRITER_BYTES = 30_000_000


class LexicalIndex:
    """Passages by their words. One process writes; searches run beside it on their own snapshot."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the index in `folder` (made when missing), or one in memory.

        Raises:
            ValueError: the files are damaged.
        """
        if folder is None:
            self._index = tantivy.Index(_schema())
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(_schema(), path=str(folder))
        self._index.register_tokenizer("words", _analyzer())
        self._schema = _schema()
        self._writer = self._index.writer(WRITER_BYTES, 1)

    def ids(self) -> set[str]:
        """Return the ids of all passages in the index."""
        # The filter leaves out what was deleted and is not merged away yet.
        every = tantivy.Query.all_query()
        return {term for term, live in self._index.searcher().terms_with_prefix("id", "", every) if live}

    def probe(self) -> None:
        """Look closely: every document counted, and a search runs over all of them.

        Raises:
            ValueError: something does not fit.
        """
        searcher = self._index.searcher()
        ids = self.ids()
        found = searcher.search(tantivy.Query.all_query(), max(1, len(ids)))
        stored = {searcher.doc(address).get_first("id") for _, address in found.hits}
        if searcher.num_docs != len(ids) or stored != ids:
            raise ValueError("the documents and their ids do not fit")

    def update(self, added: Iterable[Passage], removed: Collection[str]) -> None:
        """Take passages in and out; searches see all of it or nothing."""
        for gone in removed:
            self._writer.delete_documents_by_term("id", gone)
        for passage in added:
            document = tantivy.Document()
            document.add_text("id", passage.id)
            document.add_text("visibility", passage.visibility)
            document.add_text("title", passage.title)
            document.add_text("body", "\n".join((passage.title, passage.heading, passage.text)))
            self._writer.add_document(document)
        self._writer.commit()
        self._index.reload()

    def search(self, query: str, visibilities: Sequence[Visibility], limit: int) -> list[tuple[str, float]]:
        """Return (passage id, BM25 score), best first, of passages with one of these visibilities."""
        searcher = self._index.searcher()
        words = self._telling(searcher, query_words(query))
        if not words:
            return []
        result = searcher.search(self._query(words, visibilities), limit, count=False)
        return [(str(searcher.doc(address).get_first("id")), score) for score, address in result.hits]

    def rarity(self, word: str) -> float:
        """Return log((passages + 1) / (passages with the word + 1)); 0 for a word that is never looked for."""
        searcher = self._index.searcher()
        stems = _analyzer().analyze(word)
        return max((log((searcher.num_docs + 1) / (searcher.doc_freq("body", one) + 1)) for one in stems), default=0.0)

    def rarities(self, stemmed: Collection[str]) -> dict[str, float]:
        """Return how rare each stem is, as `rarity` does for a word."""
        searcher = self._index.searcher()
        every = searcher.num_docs + 1
        return {one: log(every / (searcher.doc_freq("body", one) + 1)) for one in stemmed}

    def covered(self, wanted: Mapping[str, float], ids: Sequence[str]) -> dict[str, float]:
        """Return, of these passages, the weights of the stems that each holds, added up; none held = not there."""
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        terms = [
            (should, tantivy.Query.const_score_query(self._term(stem), weight))
            for stem, weight in wanted.items()
            if weight > 0
        ]
        if not terms or not ids:
            return {}
        among = tantivy.Query.term_set_query(self._schema, "id", list(ids))
        query = [(must, tantivy.Query.boolean_query(terms)), (must, tantivy.Query.const_score_query(among, 0.0))]
        searcher = self._index.searcher()
        result = searcher.search(tantivy.Query.boolean_query(query), len(ids), count=False)
        return {str(searcher.doc(address).get_first("id")): score for score, address in result.hits}

    def _term(self, stem: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "body", stem, "basic")

    def _telling(self, searcher: tantivy.Searcher, words: dict[str, float]) -> dict[str, float]:
        if len(words) <= MAX_WORDS:
            return words
        frequency = {word: searcher.doc_freq("body", word) for word in words}
        weight = {word: words[word] * log((searcher.num_docs + 1) / n) for word, n in frequency.items() if n}
        return {word: words[word] for word in sorted(weight, key=lambda word: -weight[word])[:MAX_WORDS]}

    def _query(self, words: dict[str, float], visibilities: Sequence[Visibility]) -> tantivy.Query:
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        terms = [
            (
                should,
                tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, word, "freq"), boost * weight),
            )
            for word, weight in words.items()
            for field, boost in FIELDS.items()
        ]
        allowed = [(should, tantivy.Query.term_query(self._schema, "visibility", one, "basic")) for one in visibilities]
        gate = tantivy.Query.const_score_query(tantivy.Query.boolean_query(allowed), 0.0)
        return tantivy.Query.boolean_query([(must, tantivy.Query.boolean_query(terms)), (must, gate)])

    def close(self) -> None:
        """Finish what the writer does in the background and give its lock back."""
        self._writer.wait_merging_threads()


# Fields and their weight. The body holds the title too; counting the title's words once more cost hits on long
# guides and gained nothing elsewhere: see docs/retrieval.md.
FIELDS = {"body": 1.0}


def query_words(query: str) -> dict[str, float]:
    """Return the stems of a query with their weight: the root of how often each occurs, more in the last turn.

    Common words count less. Only both ends of a very long query are read.
    """
    if len(query) > MAX_CHARS:
        query = f"{query[: MAX_CHARS // 2]} {query[-MAX_CHARS // 2 :]}"
    said_last = set(_analyzer().analyze(last_turn(query)))
    common = _common_stems()
    return {
        word: sqrt(times) * (1 + LAST_TURN if word in said_last else 1.0) * (COMMON_WORD if word in common else 1.0)
        for word, times in Counter(_analyzer().analyze(query)).items()
    }


@lru_cache(maxsize=20_000)
def stems(text: str) -> frozenset[str]:
    """Return the stems of a short text, such as a title."""
    return frozenset(_analyzer().analyze(text))


@lru_cache(maxsize=1)
def _common_stems() -> frozenset[str]:
    return frozenset(_analyzer().analyze(" ".join(sorted(COMMON))))


@lru_cache(maxsize=1)
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    steps = (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    )
    for step in steps:
        builder = builder.filter(step)
    return builder.build()


@lru_cache(maxsize=1)
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("visibility", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name="words", index_option="freq")
    builder.add_text_field("body", tokenizer_name="words", index_option="freq")
    return builder.build()
