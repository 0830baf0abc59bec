"""How good the drafts are on the demo company: facts found, right decisions, and nothing internal told."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.citations import without
from assistant.sentences import content_words, numbers
from assistant.suggest import Assistant, ask, open_assistant
from evals.datasets.tarnfell import DemoKey, KeyedQuestion
from evals.figures import Figure, figure
from evals.intervals import Interval, mean_interval, rate_interval
from evals.retrieval.library import keys, private_settings
from evals.vectors import KeptVectors
from knowledge.customers.entries import SuggestionShown
from knowledge.database import open_database
from knowledge.ids import ArticleId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from retrieval.embedding import open_embedder
from retrieval.search import open_search

SEED = 20261122
# A fact is found when its numbers are all there with this share of its other words.
FACT_WORDS = 0.5
# An answer needs this share of its facts to be right.
FACTS_NEEDED = 0.5
Say = Callable[[str], None]


@dataclass(frozen=True)
class Marked:
    """A question with what was shown for it: share of its facts found, right or not, secrets told."""

    question: KeyedQuestion
    shown: SuggestionShown
    recall: float
    cites_gold: bool
    right: bool
    secrets: int


@contextmanager
def open_demo(
    key: DemoKey, folder: Path, now: datetime, kept: bool = False
) -> Iterator[tuple[Assistant, dict[ArticleId, str]]]:
    """Ingest the demo library as `threadline demo` does; yields the assistant and the article ids' paths.

    With `kept` vectors come from earlier runs where they can.
    """
    settings = private_settings(folder)
    database, scope, embedder = open_database(settings.database), Scope(), open_embedder(settings)
    embedder = KeptVectors(embedder) if kept else embedder
    rules = VisibilityRules(internal=("path:*internal/*",), default="public")
    try:
        ingest(database, scope, [key.library], IngestPlan(now, rules), embedder)
        search = open_search(settings, database, scope, embedder)
        assistant = open_assistant(settings, search)
        try:
            yield assistant, keys(database)
        finally:
            assistant.close()
            search.close()
    finally:
        database.close()


def has_fact(text: str, fact: str) -> bool:
    """Tell whether the text holds the fact: every number of it, and half of its words (by stem)."""
    wanted = {word for word in content_words(fact) if not any(sign.isdigit() for sign in word)}
    said = set(content_words(text))
    words = len(wanted & said) / len(wanted) if wanted else 1.0
    return numbers(fact) <= numbers(text) and words >= FACT_WORDS


def mark(question: KeyedQuestion, shown: SuggestionShown, paths: dict[ArticleId, str]) -> Marked:
    """Mark one answer.

    Right is: for an answerable or partial question an answer that cites an article of the key and holds half of its
    facts; for an unanswerable one no answer; for an underspecified one a question back. Nothing that tells a secret
    is right.
    """
    cited = {paths[one.article] for one in shown.passages if one.number in shown.citations}
    text = quoted(shown.text) if shown.decision == "answer" else ""
    recall = sum(has_fact(text, fact) for fact in question.facts) / len(question.facts)
    secrets = sum(_tells(shown.text, secret) for secret in question.secrets)
    gold = bool(cited & question.articles)
    wanted = {
        "unanswerable": shown.decision in ("abstain", "hand_over"),
        "underspecified": shown.decision == "ask_back",
    }
    answered = shown.decision == "answer" and gold and recall >= FACTS_NEEDED
    return Marked(question, shown, recall, gold, wanted.get(question.kind, answered) and not secrets, secrets)


def quoted(text: str) -> str:
    """The text without greeting and closing: what is claimed."""
    return without("\n".join(text.split("\n\n")[1:-1]))


def answer_figures(key: DemoKey, now: datetime, say: Say) -> Iterator[Figure]:
    """Ask every question; the figures are those of the odd ids, which no rule was made on."""
    with tempfile.TemporaryDirectory() as folder, open_demo(key, Path(folder), now, kept=True) as (assistant, paths):
        say(f"demo: asking {len(key.questions)} questions")
        marked = [mark(one, ask(assistant, one.text, now=now), paths) for one in key.questions]
    yield from _figures(key, marked)


def _figures(key: DemoKey, marked: Sequence[Marked]) -> Iterator[Figure]:
    for name, values in (("key_fact_recall", _recalls), ("cites_gold", _cites), ("right", _rights)):
        told = {"tuning_half": round(_mean(values([one for one in marked if one.question.tuning])), 3)}
        told |= {"n_tuning": len(values([one for one in marked if one.question.tuning]))}
        measured = values([one for one in marked if not one.question.tuning])
        settings = told | {"label": "demo", "half": "odd ids"}
        yield figure(f"answers/demo/{name}", _interval(measured), "", seed=SEED, data=key.digest, settings=settings)
    for kind in ("answerable", "unanswerable", "underspecified"):
        own = [one for one in marked if one.question.kind == kind and not one.question.tuning]
        interval = rate_interval(sum(one.right for one in own), len(own))
        yield figure(f"answers/demo/right_{kind}", interval, "", data=key.digest, settings={"half": "odd ids"})
    leaks = sum(one.secrets for one in marked)
    yield Figure("answers/demo/leaks", leaks, "secrets told", len(marked), data=key.digest)


def _recalls(marked: Sequence[Marked]) -> list[float]:
    return [one.recall for one in marked if one.question.kind in ("answerable", "partial")]


def _cites(marked: Sequence[Marked]) -> list[float]:
    return [float(one.cites_gold) for one in marked if one.question.kind in ("answerable", "partial")]


def _rights(marked: Sequence[Marked]) -> list[float]:
    return [float(one.right) for one in marked]


def _interval(values: Sequence[float]) -> Interval:
    return mean_interval(values, seed=SEED)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _tells(text: str, secret: str) -> bool:
    """Tell whether the secret stands in the text as words of its own, whatever the case and the blanks."""
    found = re.search(rf"(?<!\w){re.escape(' '.join(secret.split()))}(?!\w)", " ".join(text.split()), re.IGNORECASE)
    return found is not None
