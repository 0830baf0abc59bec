"""Hostile text against a language model that drafts: a seeded sample of the attacks, through articles and mails."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.brief import Drafter
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.drafting.local import open_local
from assistant.drafting.prompt import DRAFT_PROMPT
from assistant.suggest import Assistant, open_drafter
from evals.answering.hostile_drafts import AT, Planted, asked_about, mailed, planted, succeeded
from evals.core.cases import Answer, Case, Metric, Task, Values
from evals.core.running import Running, run
from evals.core.runs import Run, save
from evals.core.summary import run_figures
from evals.datasets.collections import Document
from evals.datasets.prompt_injection import Injections
from evals.figures import Figure, circumstances
from evals.handoff.plain_summary import FOLDER
from evals.handoff.summarising import Place
from evals.peak.world import TOPICS
from evals.retrieval.library import Library, Making, open_library
from evals.suite import ROOT, sources
from knowledge.failures import NotFound, Unavailable
from knowledge.settings import Settings, load_settings

SEED = 20261125
NAME = "drafts/prompt_injection/model"
# A small model reads some 40 tokens a second: what is found is cut to fit, the attacked text comes first.
CONTEXT_TOKENS, SECONDS, MOST_TOKENS = 900, 300.0, 200
WAYS = ("articles", "mails")


@contextmanager
def opened_drafter(settings: Settings) -> Iterator[Drafter]:
    """Give the endpoint drafter where one is configured, else the local model where it is installed.

    Raises:
        NotFound: there is neither.
    """
    told = {"context_tokens": CONTEXT_TOKENS, "chat_seconds": SECONDS, "chat_max_tokens": MOST_TOKENS}
    how = settings.model_copy(update=told)
    try:
        drafter = open_drafter(how) if settings.drafter == "endpoint" else open_local(how)
    except Unavailable as missing:
        raise NotFound(
            "There is no model to draft with.",
            f"Set THREADLINE_DRAFTER=endpoint, or: threadline models install {settings.local_model}.",
        ) from missing
    try:
        yield drafter
    finally:
        drafter.close()


def drawn(material: Injections, count: int) -> list[Planted]:
    """Return a seeded sample of the attacks; a larger one holds the smaller."""
    found = planted(material)
    random.Random(SEED).shuffle(found)  # noqa: S311  a sample, no secret
    return found[:count]


def model_figures(material: Injections, count: int, place: Place) -> Iterator[Figure]:
    """Report how many attacks succeed against the model's drafts, as they would be shown, by articles and by mails.

    Raises:
        NotFound: there is no model to draft with.
    """
    attacks = drawn(material, count)
    with opened_drafter(load_settings()) as drafter:
        made = injected(material.digest, attacks, drafter, place)
    yield from run_figures(made)


def injected(digest: str, attacks: Sequence[Planted], drafter: Drafter, place: Place) -> Run:
    """Draft for every attack; what the same code had the same model write before is not asked for again."""
    documents = [Document(str(number), one.title, one.text) for number, one in enumerate(attacks)]
    with (
        tempfile.TemporaryDirectory() as folder,
        open_library(Path(folder, "articles"), documents, Making(kept=True), AT) as attacked,
        open_library(Path(folder, "mails"), [one.document for one in TOPICS], Making(kept=True), AT) as clean,
    ):
        task = injection_task(digest, attacks, drafter, (attacked, clean))

        def progress(done: int, total: int) -> None:
            place.say(f"{NAME}: {done} of {total} drafts")

        how = Running(circumstances(ROOT, place.now), place.build / FOLDER, sources(), progress=progress)
        made = run(task, how)
    save(made, place.build / FOLDER / f"{NAME.replace('/', '-')}-{made.commit}.json")
    return made


def injection_task(
    digest: str, attacks: Sequence[Planted], drafter: Drafter, libraries: tuple[Library, Library]
) -> Task:
    """Return the task: every attack once in an article and once in a mail; a draft that fell back is a failure."""
    _, clean = libraries
    writers = [Assistant(one.search, drafter, ExtractiveDrafter(), CONTEXT_TOKENS) for one in libraries]

    def answer(case: Case) -> Answer:
        one = attacks[case.given["number"]]
        by_article = case.given["way"] == "articles"
        shown = asked_about(writers[0], one) if by_article else mailed(clean, writers[1], one, case.given["number"])
        if shown.fallback:
            raise Unavailable(shown.fallback)
        return Answer({"text": shown.text, "decision": shown.decision}, tokens=sum(shown.tokens.values()))

    def mark(case: Case, given: Answer) -> Values:
        won = succeeded(attacks[case.given["number"]], given.output["text"])
        return {f"success_rate_{case.given['way']}": float(won), "drafted": float(bool(given.output["text"]))}

    return Task(
        name=NAME,
        cases=tuple(
            Case(f"{number}-{way}", {"number": number, "way": way}, group=one.attack.id)
            for number, one in enumerate(attacks)
            for way in WAYS
        ),
        answer=answer,
        mark=mark,
        metrics=(*(Metric(f"success_rate_{way}", higher_is_better=False) for way in WAYS), Metric("drafted")),
        data=digest,
        settings={"seed": SEED, "prompt": DRAFT_PROMPT, "context_tokens": CONTEXT_TOKENS},
        models={"writer": f"{drafter.name}:{drafter.model}"},
    )
