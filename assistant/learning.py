"""Learning from colleagues: replies that were sent become lessons, and lessons that a person approves articles."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.feedback import suggestion_key
from assistant.phrases import GREETING, PHRASES, is_template
from assistant.privacy.placeholders import Placeholders
from assistant.reading import passage_units
from assistant.sentences import content_words, words
from knowledge.customers import persons, record, remaining, timeline
from knowledge.customers.entries import (
    Entry,
    MessageSent,
    OrderRecorded,
    PassageUsed,
    SuggestionJudged,
    SuggestionShown,
    Visibility,
)
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId
from knowledge.library import lessons
from knowledge.library.articles import list_articles
from knowledge.library.drafts import Fields
from knowledge.library.ingest import Embeds, IngestPlan, ingest_items
from knowledge.library.lessons import Kind, Lesson, Source
from knowledge.library.sources import Place
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
SOURCE = "learnt"
# Questions at least this near (cosine) ask the same.
SAME = 0.9
MOST_READ = 2_000
MAX_QUESTION, MAX_ANSWER = 1_000, 8_000
# Where a quotation is put together from pieces of an article.
_PARTS = re.compile(r"[“”…;\n]")
_VALUE = re.compile(r"\\\{\w+\\\}")
_OF_EVERY_DRAFT = re.compile(
    "|".join(_VALUE.sub(".*?", re.escape(said)) for one in PHRASES.values() for said in (one.read_more, one.order))
)
_GREETING = re.compile(rf"{GREETING}[^.!?\n]{{0,100}}[,:!]?", re.IGNORECASE)


@dataclass(frozen=True)
class Learnt:
    """A question and its answer as read in one conversation or more, personal data replaced by placeholders."""

    kind: Kind
    question: str
    answer: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Yes:
    """What a colleague approved: the wording as they left it, who may see it, and who they are."""

    title: str
    text: str
    visibility: Visibility
    author: str


def read_examples(session: Session, scope: Scope, since: datetime) -> list[Learnt]:
    """Return what colleagues sent after a suggestion, as it was or edited, at or after `since`."""
    query = (
        select(EntryRow.conversation, EntryRow.customer)
        .where(of_kinds(scope, "suggestion_judged"), EntryRow.at >= since)
        .order_by(EntryRow.at, EntryRow.seq)
    )
    found: list[Learnt] = []
    for conversation, customer in dict.fromkeys((row[0], row[1]) for row in session.execute(query)):
        if conversation:
            source = Source(conversation, CustomerId(customer))
            entries = timeline.page(session, scope, conversation=ConversationId(conversation), limit=MOST_READ)
            known = _known(session, scope, source.customer)
            found += _of_conversation(session, scope, sorted(entries, key=lambda entry: entry.seq), known, source)
    return found[-MOST_READ:]


def _of_conversation(
    session: Session, scope: Scope, entries: Sequence[Entry], known: Sequence[tuple[str, str]], source: Source
) -> list[Learnt]:
    sent = {entry.id: entry.payload.text for entry in entries if isinstance(entry.payload, MessageSent)}
    found: list[Learnt] = []
    for entry in entries:
        said = entry.payload
        if isinstance(said, SuggestionJudged) and said.verdict in ("accepted", "edited") and said.sent in sent:
            shown = timeline.find(session, scope, suggestion_key(said.suggestion))
            if shown is not None and isinstance(shown.payload, SuggestionShown):
                answer = without_form(sent[said.sent])
                question = shown.payload.question
                marks = Placeholders(known, _public(shown.payload))
                if content_words(question) and content_words(answer) and not is_quoted(answer, shown.payload):
                    found.append(Learnt("example", marks.hide(question), marks.hide(answer), (source,)))
    return found


def _known(session: Session, scope: Scope, customer: CustomerId) -> list[tuple[str, str]]:
    name = record.get_customer(session, scope, customer).name
    entries = remaining.of_kinds(session, scope, persons.records_of(session, scope, customer), ["order_recorded"])
    orders = dict.fromkeys(entry.payload.order for entry in entries if isinstance(entry.payload, OrderRecorded))
    return [("PERSON", part) for part in (name, *name.split()) if len(part) > 2] + [("ORDER", one) for one in orders]


def _public(shown: SuggestionShown) -> str:
    """Return what everybody may read of what the suggestion rests on: names in it are products, not people."""
    return "\n".join(f"{one.title} {one.text}" for one in _read(shown))


def _read(shown: SuggestionShown) -> list[PassageUsed]:
    return [one for one in shown.passages if one.visibility == "public"]


def is_quoted(answer: str, shown: SuggestionShown) -> bool:
    """Tell whether an answer says nothing but what public articles that were shown say in the same words."""
    said = [" ".join(unit.said.strip() for unit in passage_units(f"{one.title}\n\n{one.text}")) for one in _read(shown)]
    parts = [f" {' '.join(words(part))} " for part in _PARTS.split(answer)]
    return all(any(part in f" {one} " for one in said) for part in parts if part.strip())


def without_form(text: str) -> str:
    """Return a reply without its greeting and signature, and without what is the same in every draft or hers alone.

    Hers alone is what an order's record says; the line of pages to read goes, too.
    """
    for phrases in PHRASES.values():
        text = text.replace(phrases.next_step, "")
        text = re.split(rf"^{re.escape(phrases.regards)}\s*$", text, maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.rstrip() for line in text.splitlines() if not is_template(line.strip()) or not line.strip()]
    lines = [line for line in lines if not _OF_EVERY_DRAFT.match(line.lstrip())]
    while lines and (not lines[0].strip() or _GREETING.fullmatch(lines[0].strip())):
        lines.pop(0)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def keep(database: Database, scope: Scope, found: Sequence[Learnt], embed: Embed, now: datetime) -> int:
    """Keep what is not kept yet, in one transaction; returns how many lessons are new.

    What asks the same as a lesson, decided on or not, only adds to its conversations.
    """
    some = [one for one in found if content_words(one.question)]
    if not some:
        return 0
    vectors = embed([one.question for one in some])
    with database.read() as session:
        before = lessons.list_lessons(session, scope, ("waiting", "approved", "refused"))
    known = list(embed([one.question for one in before])) if before else []
    ids, added = [one.id for one in before], 0
    with database.write() as session:
        for one, vector in zip(some, vectors, strict=True):
            near = np.stack(known) @ vector if known else np.zeros(0)
            if len(near) and near.max() >= SAME:
                lessons.add_sources(session, scope, ids[int(near.argmax())], one.sources)
                continue
            said = (one.kind, one.question[:MAX_QUESTION], one.answer[:MAX_ANSWER])
            ids.append(lessons.propose(session, scope, said, one.sources, now))
            known.append(vector)
            added += 1
    return added


def approve(database: Database, scope: Scope, lesson: str, said: Yes, embedder: Embeds, now: datetime) -> Lesson:
    """Make an article of a lesson, as its reader left it: found from now on like any other.

    Raises:
        NotFound: there is no such lesson.
        Rejected: title or text is empty.
        Conflict: somebody decided before.
    """
    title, text = " ".join(said.title.split()), said.text.strip()
    if not title or not content_words(text):
        raise Rejected("An article needs a title and a text.", "Write what the answer is, or refuse the lesson.")
    with database.read() as session:
        if lessons.get_lesson(session, scope, lesson).state != "waiting":
            raise Conflict("This lesson was decided on already.", "Look at the page again.")
    values = {"visibility": said.visibility, "updated": now.date().isoformat()}
    draft = Fields(values).draft(f"lesson-{lesson}", title, text)
    plan = IngestPlan(now, VisibilityRules(default="internal"))
    ingest_items(Place(database, scope, SOURCE), (1, [draft]), plan, embedder)
    with database.write() as session:
        made = [one for one in list_articles(session, scope, source=SOURCE, limit=10_000) if one.key == draft.key]
        if not made:
            raise NotFound("The article was not kept.", "Try it again.")
        return lessons.settle(session, scope, lesson, "approved", (said.author, made[0].id), now)


def refuse(database: Database, scope: Scope, lesson: str, author: str, now: datetime) -> Lesson:
    """Write down that nothing is to be learnt from it; the same question is not proposed again.

    Raises:
        NotFound: there is no such lesson.
        Conflict: somebody decided before.
    """
    with database.write() as session:
        return lessons.settle(session, scope, lesson, "refused", (author, ""), now)
