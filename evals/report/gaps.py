"""Knowledge gaps: what customers asked that the library could not answer, how often, and what people then answered."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.gate.decision import is_unsure
from assistant.sentences import content_words
from evals.live.reading import BOT
from evals.report.themes import Embed, groups, placeholders, rarity, telling
from knowledge.customers import record, timeline
from knowledge.customers.entries import Entry, MessageSent, StatusChanged, SuggestionJudged, SuggestionShown
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope

UNANSWERED = ("abstain", "hand_over")
LEAST = 2
MOST = 1_500
MOST_ENTRIES = 2_000


@dataclass(frozen=True)
class Unanswered:
    """A question without an answer, asked `at`, personal data replaced; `reply` is what a person then answered, "" =
    nothing.

    `resolved`: the conversation ended resolved.
    """

    conversation: str
    question: str
    reply: str
    resolved: bool
    at: datetime
    customer: str = ""


@dataclass(frozen=True)
class Gap:
    """Questions about one thing: telling words, the most typical question, and in how many conversations.

    `draft` is the most typical reply of those that were resolved, "" where there is none; `members` are the
    conversations with their customers.
    """

    label: str
    question: str
    conversations: int
    resolved: int
    draft: str
    members: tuple[tuple[str, str], ...] = ()


def read_unanswered(session: Session, scope: Scope, since: datetime) -> list[Unanswered]:
    """Return the last unanswered question of each conversation with one at or after `since`."""
    query = (
        select(EntryRow.conversation, EntryRow.customer)
        .where(of_kinds(scope, "suggestion_shown"), EntryRow.at >= since)
        .order_by(EntryRow.at, EntryRow.seq)
    )
    found: list[Unanswered] = []
    asked = dict.fromkeys((row[0], row[1]) for row in session.execute(query))
    people = record.get_customers(session, scope, {CustomerId(customer) for _, customer in asked})
    for conversation, customer in asked:
        if not conversation or customer not in people:  # who was forgotten asks nothing any more
            continue
        entries = timeline.page(session, scope, conversation=ConversationId(conversation), limit=MOST_ENTRIES)
        name = people[CustomerId(customer)].name
        one = unanswered(conversation, sorted(entries, key=lambda entry: (entry.at, entry.seq)), name, since)
        found += [replace(one, customer=customer)] if one else []
    return found[-MOST:]


def unanswered(conversation: str, entries: Iterable[Entry], name: str, since: datetime) -> Unanswered | None:
    """Fold a conversation, in the order of time, into its last unanswered question, if there is one."""
    question, reply, resolved, at, unsure = "", "", False, since, ""
    for entry in entries:
        payload = entry.payload
        if isinstance(payload, SuggestionShown) and entry.at >= since and _is_without_answer(payload):
            question, reply, at = payload.question, "", entry.at
            unsure = payload.suggestion if payload.decision == "answer" else ""
        elif isinstance(payload, SuggestionJudged) and payload.suggestion == unsure and payload.verdict != "rejected":
            question = ""  # a colleague sent the draft, as it was or put right: it did help
        elif isinstance(payload, MessageSent) and payload.author != BOT and not payload.holding and not reply:
            reply = payload.text if question else ""
        elif isinstance(payload, StatusChanged):
            resolved = payload.status == "resolved"
    if not content_words(question):
        return None
    marks = placeholders(name)
    return Unanswered(conversation, marks.hide(question), marks.hide(reply), resolved, at)


def _is_without_answer(shown: SuggestionShown) -> bool:
    """Tell whether nothing was suggested, or a draft that is more likely wrong than right."""
    return shown.decision in UNANSWERED or (shown.decision == "answer" and is_unsure(shown.chance))


def find_gaps(questions: Sequence[Unanswered], embed: Embed) -> list[Gap]:
    """Group the questions by what they are about; the largest groups first, none smaller than `LEAST`."""
    if len(questions) < LEAST:
        return []
    texts = [one.question for one in questions]
    vectors = embed(texts)
    rare = rarity(texts)
    numbers = np.asarray(groups(vectors))
    found: list[Gap] = []
    for number in sorted(set(numbers.tolist())):
        places = np.flatnonzero(numbers == number)
        own = [questions[int(place)] for place in places]
        if len(own) >= LEAST:
            found.append(_gap(own, vectors[places], telling([one.question for one in own], rare)))
    return sorted(found, key=lambda gap: (-gap.conversations, gap.label))


def draft_file(gap: Gap) -> tuple[str, str]:
    """Return the name and text of a draft for people to review: an internal article in Markdown."""
    title = " ".join(gap.question.split())[:120].replace('"', "'").replace("\\", "/")
    name = f"gap-{hashlib.sha256(gap.question.encode()).hexdigest()[:12]}.md"
    return name, f'---\ntitle: "{title}"\nvisibility: internal\n---\n{gap.draft.strip()}\n'


def _gap(own: Sequence[Unanswered], vectors: NDArray[np.float32], words: Sequence[str]) -> Gap:
    order = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    typical = [own[int(place)] for place in order]
    draft = next((one.reply for one in typical if one.resolved and one.reply), "")
    resolved = sum(one.resolved for one in own)
    members = tuple((one.conversation, one.customer) for one in own)
    return Gap(", ".join(words), typical[0].question, len(own), resolved, draft, members)
