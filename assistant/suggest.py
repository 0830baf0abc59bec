"""The suggestion: from a waiting message to a cited draft with its reasons, stored for later."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.brief import Brief, Context, Draft, Drafter
from assistant.checking.claims import check_claims
from assistant.checking.conflicts import against_others
from assistant.citations import cited
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.drafting.quoting import best_excerpts, best_for_each
from assistant.drafting.vectors import SentenceVectors
from assistant.feedback import suggestion_key
from assistant.finding import Found, find_passages
from assistant.form import Form, fit
from assistant.gate.answerable import is_likely
from assistant.gate.decision import Case, Outcome, decide
from assistant.orders import orders_asked_about
from assistant.phrases import reply_language
from assistant.progress import OnProgress, Progress, Streamed, quiet
from assistant.stopwatch import Stopwatch
from assistant.unanswered import unanswered
from assistant.understanding.context import PASSAGES_SHARE, build_context
from assistant.understanding.question import Question, carry, plain_question, standalone
from knowledge.customers import timeline
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import PassageUsed, SuggestionShown
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Rejected, Unavailable
from knowledge.ids import ConversationId, SuggestionId, new_id
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.passages import EVERYTHING, Only
from retrieval.search import Search

__all__ = ["Assistant", "OnProgress", "Progress", "ask", "open_assistant", "open_drafter", "quiet", "suggest"]


@dataclass(frozen=True)
class Assistant:
    """The parts a suggestion needs; `backup` writes when `drafter` cannot, `only` narrows what is searched."""

    search: Search
    drafter: Drafter
    backup: Drafter
    context_tokens: int = 3_000
    company: str = ""
    only: Only = EVERYTHING
    sentences: SentenceVectors = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentences", SentenceVectors(self._embed))

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.search.embedder.embed(texts)

    def narrowed(self, only: Only) -> "Assistant":
        """Return this assistant looking only there; it shares everything with this one."""
        other = copy(self)
        object.__setattr__(other, "only", only)
        return other

    def close(self) -> None:
        """Stop what the drafters started; the search belongs to whoever opened it."""
        self.drafter.close()
        self.backup.close()


@dataclass(frozen=True)
class Written:
    """A draft with who wrote it; `fallback` says why it was not the configured drafter."""

    draft: Draft
    drafter: Drafter
    fallback: str = ""


def open_assistant(settings: Settings, search: Search) -> Assistant:
    """Open the drafter that the settings name, with the extractive one behind it.

    Raises:
        Unavailable: the configured drafter cannot be used, with the remedy.
    """
    return Assistant(search, open_drafter(settings), ExtractiveDrafter(), settings.context_tokens, settings.company)


def open_drafter(settings: Settings) -> Drafter:
    """Open the drafter that the settings name.

    Raises:
        Unavailable: it cannot be used, with the remedy.
    """
    if settings.drafter == "endpoint":
        from assistant.drafting.endpoint import open_endpoint
        from assistant.drafting.hiding import HidingDrafter, leaves_this_machine

        endpoint = open_endpoint(settings)
        hide = settings.chat_personal_data == "hide" and leaves_this_machine(settings.chat_url)
        return HidingDrafter(endpoint) if hide else endpoint
    if settings.drafter == "local":
        from assistant.drafting.local import open_local

        return open_local(settings)
    return ExtractiveDrafter()


def suggest(
    assistant: Assistant,
    database: Database,
    scope: Scope,
    conversation: ConversationId,
    now: datetime,
    on_progress: OnProgress = quiet,
) -> SuggestionShown:
    """Suggest a reply to the conversation's last messages and store it.

    A message that arrives meanwhile changes nothing: `answers` says which one the suggestion is for.

    Raises:
        NotFound: there is no such conversation.
        Rejected: the customer has not written anything.
    """
    watch = Stopwatch()
    with database.read() as session:
        found = get_conversation(session, scope, conversation)
        context = build_context(session, scope, found, assistant.context_tokens)
    watch.lap("context")
    question = standalone(context.dialogue)
    if question is None:
        raise Rejected("The customer has not written anything to answer.", "Wait for their message.")
    question = carry(question, context.dialogue, assistant.search.names_in)
    shown = prepare(assistant, question, context, watch, on_progress)
    with database.write() as session:
        get_conversation(session, scope, conversation)  # whoever was forgotten meanwhile stays forgotten
        timeline.append(session, scope, as_entry(found, shown, now), now)
    on_progress(Progress("done"))
    return shown


def ask(
    assistant: Assistant,
    question: str,
    *,
    now: datetime,  # noqa: ARG001  as-of-time knowledge will need it
    on_progress: OnProgress = quiet,
) -> SuggestionShown:
    """Answer one question without a customer; stored nowhere.

    Raises:
        Rejected: the question is empty.
    """
    asked = plain_question(question.encode("utf-8", "ignore").decode().replace("\0", ""))
    if not asked.text:
        raise Rejected("The question is empty.", "Write a question.")
    context = Context(language=reply_language([asked.text], assistant.only.language))
    shown = prepare(assistant, asked, context, Stopwatch(), on_progress)
    on_progress(Progress("done"))
    return shown


def prepare(
    assistant: Assistant, question: Question, context: Context, watch: Stopwatch, on_progress: OnProgress
) -> SuggestionShown:
    """Find passages, draft, check the claims, decide; nothing is stored here."""
    found = find_passages(assistant.search, assistant.sentences, question, assistant.only)
    watch.lap("passages")
    on_progress(Progress("passages", passages=found.passages))
    brief = make_brief(assistant, question, found, context)
    public = brief.passages
    streamed = Streamed(on_progress)
    written = write(assistant, brief, streamed)
    written = in_form(written, context, assistant.company)
    watch.lap("draft")
    claims = against_others(check_claims(written.draft.text, public, context), public)
    watch.lap("claims")
    asked = orders_asked_about(question.focus, context.orders)
    case = Case(question, brief, len(found.passages) - len(public), from_record=bool(asked))
    outcome = decide(case, written.draft, claims)
    if outcome.decision == "answer" and (left := unanswered(found, brief)):
        outcome = replace(outcome, reason=f"{outcome.reason} Nothing answers {left}.")
    streamed.settle(outcome.text, outcome.reason)
    watch.lap("decision")
    shown = shown_of(question, found.passages, written, outcome, watch)
    narrowed = {name: value for name, value in vars(assistant.only).items() if value}
    return replace(shown, narrowed=narrowed, channel=context.channel)


def brief_of(assistant: Assistant, question: Question, context: Context | None = None) -> Brief:
    """Return what a drafter would be given for a question.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    found = find_passages(assistant.search, assistant.sentences, question, assistant.only)
    return make_brief(assistant, question, found, context or Context())


def make_brief(assistant: Assistant, question: Question, found: Found, context: Context) -> Brief:
    """Put together what a drafter may see: public passages only, with the sentences nearest to the question.

    Where the customer's own record answers, articles are quoted beside it only when they are likely to as well.
    """
    budget = int(assistant.context_tokens * PASSAGES_SHARE)
    brief = Brief(question.text, found.public, context, budget, question.focus, found.near)
    parts = [replace(brief, question=part.text, focus=part.text, nearness=part.near) for part in found.parts]
    brief = replace(brief, excerpts=best_for_each(parts) if parts else best_excerpts(brief))
    own = orders_asked_about(question.focus, context.orders)
    return brief if not own or is_likely(question, brief) else replace(brief, excerpts=())


def write(assistant: Assistant, brief: Brief, streamed: Streamed) -> Written:
    """Have the draft written; when the drafter cannot, the backup does and the reason is kept."""
    try:
        return Written(assistant.drafter.draft(brief, streamed.add), assistant.drafter)
    except Unavailable as failure:
        streamed.restart(failure.message)
        return Written(assistant.backup.draft(brief, streamed.add), assistant.backup, failure.message)


def in_form(written: Written, context: Context, company: str) -> Written:
    """Return the draft as the conversation's channel wants it; its citations are those that are left."""
    draft = written.draft
    if not draft.text or not context.channel:
        return written
    name, language = context.name, context.language
    form = Form(context.channel, context.public, context.answered, name, company, language)
    text = fit(draft.text, form)
    left = tuple(number for number in draft.citations if number in cited(text))
    return replace(written, draft=replace(draft, text=text, citations=left))


def as_entry(conversation: Conversation, shown: SuggestionShown, now: datetime) -> NewEntry:
    """Return the entry that stores a suggestion."""
    return NewEntry(conversation.customer, shown, now, conversation.id, suggestion_key(shown.suggestion))


def shown_of(
    question: Question, passages: tuple[PassageUsed, ...], written: Written, outcome: Outcome, watch: Stopwatch
) -> SuggestionShown:
    """Return a suggestion under a fresh id; it is stored nowhere yet."""
    return SuggestionShown(
        suggestion=SuggestionId(new_id()),
        question=question.text,
        decision=outcome.decision,
        text=outcome.text,
        reason=outcome.reason,
        citations=outcome.citations,
        guidance=tuple(passage.number for passage in passages if passage.visibility != "public"),
        passages=passages,
        claims=outcome.claims,
        drafter=written.drafter.name,
        model=written.drafter.model,
        prompt=written.draft.prompt,
        fallback=written.fallback,
        answers=question.answers,
        timings_ms=watch.total(),
        tokens=written.draft.tokens,
        chance=None if outcome.chance is None else round(outcome.chance, 4),
        pointers=outcome.pointers,
    )
