"""Answer or refuse: the gate's probabilities on mtrag and clapnq, and which answers would have been right."""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.brief import Brief
from assistant.gate.answerable import features
from assistant.sentences import content_words, words
from assistant.suggest import Assistant, brief_of, open_assistant
from assistant.understanding.question import Question, plain_question
from evals.answering.answers import FACTS_NEEDED, has_fact, open_demo
from evals.datasets import clapnq, mtrag, tarnfell
from evals.datasets.collections import Document, folder, read_lines
from evals.datasets.mtrag import last_user_turns
from evals.halves import is_tuning
from evals.retrieval.known import KnownArticles
from evals.retrieval.library import Library, Making, open_library
from evals.retrieval.quality import making

# An answer over several passages is right when it holds this share of the reference's words and cites only gold:
# fixed on the tuning half against people's ratings of completeness (see `complete_share`).
COMPLETE = 3.0
# An answer over its own passage is right when its sentences overlap an annotator's with this F1.
SENTENCES_F1 = 0.5
Say = Callable[[str], None]


@dataclass(frozen=True)
class Decided:
    """One question with what the gate sees; `right` says whether the draft would be right, were it sent."""

    id: str
    label: str
    tuning: bool
    features: Mapping[str, float]
    right: bool

    @property
    def group(self) -> str:
        """The conversation of the question: what stands before the turn in its id."""
        return self.id.partition("<")[0]

    @property
    def has_answer(self) -> bool:
        """Whether the articles answer it."""
        return self.label == "ANSWERABLE"

    @property
    def is_plain(self) -> bool:
        """Whether it is answerable or not: what is underspecified or answered in part is told apart."""
        return self.has_answer or self.label == "UNANSWERABLE"


def decided_mtrag(data: Path, now: datetime, say: Say) -> list[Decided]:
    """Draft for every conversation of mtrag over the pool of passages.

    Raises:
        NotFound: the data set is not there.
    """
    collection = mtrag.read(data)
    rows = list(read_lines(folder(data, "mtrag") / "queries_un.jsonl"))
    share = complete_share(list(read_lines(folder(data, "mtrag") / "human_eval.jsonl")))
    say(f"mtrag: an answer is complete from {share:.2f} of the reference's words; drafting {len(rows)}")
    with (
        tempfile.TemporaryDirectory() as place,
        open_library(Path(place), collection.documents, making(collection), now) as library,
    ):
        assistant = open_assistant(library.settings, library.search)
        try:
            return [_mtrag_row(assistant, library, row, collection.qrels, share) for row in rows]
        finally:
            assistant.close()


def complete_share(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the share of the reference's words that best tells complete answers (rated 3 or more) from others.

    Read off the tuning half of the human ratings; the reference answers themselves are left out.
    """
    rated: list[tuple[float, bool]] = []
    for row in rows:
        if is_tuning(row["task_id"].partition("<")[0]):
            for one in row["responses"]:
                if one["model_id"] != "reference":
                    ratings = [float(rating) for rating in one["human"]["completeness"]]
                    complete = sum(ratings) / len(ratings) >= COMPLETE
                    rated.append((word_recall(one["response"], row["reference_answer"]), complete))
    candidates = sorted({round(recall, 2) for recall, _ in rated})
    return max(candidates, key=lambda limit: _balanced(rated, limit))


def _balanced(rated: Sequence[tuple[float, bool]], limit: float) -> float:
    yes = [recall >= limit for recall, complete in rated if complete]
    no = [recall < limit for recall, complete in rated if not complete]
    return (sum(yes) / len(yes) if yes else 0.0) + (sum(no) / len(no) if no else 0.0)


def word_recall(text: str, reference: str) -> float:
    """Return the share of the reference's content words (by stem) that the text holds."""
    wanted = set(content_words(reference))
    return len(wanted & set(content_words(text))) / len(wanted) if wanted else 0.0


def _mtrag_row(
    assistant: Assistant, library: Library, row: Mapping[str, Any], qrels: Mapping[str, Mapping[str, int]], share: float
) -> Decided:
    question = Question(last_user_turns(row["conversation"])[-1_000:], row["last_turn"])
    brief, text = _drafted(assistant, question)
    cited = {library.keys[excerpt.passage.article] for excerpt in brief.excerpts}
    gold = qrels.get(row["query_id"], {})
    right = (
        row["answerability"] == "ANSWERABLE"
        and bool(cited)
        and cited <= gold.keys()
        and word_recall(text, row["reference_answer"]) >= share
    )
    found = features(question, brief)
    return Decided(row["query_id"], row["answerability"], is_tuning(row["conversation_id"]), found, right)


def decided_clapnq(data: Path, now: datetime, say: Say) -> list[Decided]:
    """Draft for every question of CLAP NQ over its own passage.

    Raises:
        NotFound: the data set is not there.
    """
    cases = clapnq.read(data).cases
    say(f"clapnq: drafting {len(cases)} answers")
    documents = [Document(case.id, case.title, case.passage) for case in cases]
    with (
        tempfile.TemporaryDirectory() as place,
        open_library(Path(place), documents, Making(passage_chars=8_000, kept=True), now) as library,
    ):
        own = KnownArticles(library.search)
        assistant = open_assistant(library.settings, own)
        articles = {key: article for article, key in library.keys.items()}
        decided: list[Decided] = []
        for case in cases:
            own.known = frozenset({articles[case.id]})
            question = Question(case.question, case.question)
            brief, text = _drafted(assistant, question)
            right = case.answerable and sentences_f1(text, case) >= SENTENCES_F1
            label = "ANSWERABLE" if case.answerable else "UNANSWERABLE"
            decided.append(Decided(case.id, label, is_tuning(case.id), features(question, brief), right))
        assistant.close()
        return decided


def sentences_f1(text: str, case: clapnq.Case) -> float:
    """Return the best F1 of the passage's sentences that the text quotes against those an annotator selected."""
    said = f" {' '.join(words(text))} "
    quoted = {one for one in case.sentences if _said(one) in said}
    best = 0.0
    for selected in case.selected:
        both = len(quoted & set(selected))
        best = max(best, 2 * both / (len(quoted) + len(set(selected))) if both else 0.0)
    return best


def _said(sentence: str) -> str:
    return f" {' '.join(words(sentence))} "


def _drafted(assistant: Assistant, question: Question) -> tuple[Brief, str]:
    brief = brief_of(assistant, question)
    text = " ".join(unit.text for excerpt in brief.excerpts for unit in excerpt.units)
    return brief, re.sub(r"\s+", " ", text)


def decided_demo(examples: Path, now: datetime, say: Say) -> list[Decided]:
    """Draft for the demo company's questions; right is as its hand-written key says (`evals.answering.answers`).

    Raises:
        NotFound: the demo company is not there.
    """
    key = tarnfell.read(examples)
    say(f"demo: drafting {len(key.questions)} answers")
    decided: list[Decided] = []
    with tempfile.TemporaryDirectory() as place, open_demo(key, Path(place), now, kept=True) as (assistant, paths):
        for one in key.questions:
            question = plain_question(one.text)
            brief, text = _drafted(assistant, question)
            gold = {paths[excerpt.passage.article] for excerpt in brief.excerpts} & one.articles
            told = sum(has_fact(text, fact) for fact in one.facts) >= FACTS_NEEDED * len(one.facts)
            label = "ANSWERABLE" if one.kind in ("answerable", "partial") else "UNANSWERABLE"
            right = label == "ANSWERABLE" and bool(gold) and told
            decided.append(Decided(one.id, label, one.tuning, features(question, brief), right))
    return decided


def both(data: Path, now: datetime, say: Say) -> Iterator[tuple[str, list[Decided]]]:
    """Yield both data sets by name."""
    yield "mtrag", decided_mtrag(data, now, say)
    yield "clapnq", decided_clapnq(data, now, say)
