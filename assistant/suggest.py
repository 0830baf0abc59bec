"""The suggestion: from a waiting message to a cited draft with its reasons, stored for later."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.brief import Brief, Context, Draft, Drafter, Nearness
from assistant.citations import cited
from assistant.claims import check_claims
from assistant.conflicts import against_others
from assistant.context import PASSAGES_SHARE, build_context
from assistant.decision import Case, Outcome, decide
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.drafting.quoting import best_excerpts, best_for_each
from assistant.drafting.vectors import SentenceVectors
from assistant.feedback import suggestion_key
from assistant.form import Form, fit
from assistant.orders import orders_asked_about
from assistant.phrases import reply_language
from assistant.progress import OnProgress, Progress, Streamed, quiet
from assistant.question import Question, carry, plain_question, standalone
from assistant.sentences import content_words, words
from assistant.several import questions_in
from assistant.stopwatch import Stopwatch
from knowledge.customers import timeline
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import PassageUsed, SuggestionShown
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Rejected, Unavailable
from knowledge.ids import ConversationId, SuggestionId, new_id
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.passages import Audience, Hit
from retrieval.search import Search

__all__ = ["Assistant", "OnProgress", "Progress", "ask", "open_assistant", "open_drafter", "quiet", "suggest"]

MAX_PUBLIC = 8
MAX_INTERNAL = 3


@dataclass(frozen=True)
class Assistant:
    """The parts a suggestion needs; `backup` writes when `drafter` cannot."""

    search: Search
    drafter: Drafter
    backup: Drafter
    context_tokens: int = 3_000
    company: str = ""
    sentences: SentenceVectors = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentences", SentenceVectors(self._embed))

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.search.embedder.embed(texts)

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
    shown = prepare(assistant, asked, Context(language=reply_language([asked.text], "en")), Stopwatch(), on_progress)
    on_progress(Progress("done"))
    return shown


def prepare(
    assistant: Assistant, question: Question, context: Context, watch: Stopwatch, on_progress: OnProgress
) -> SuggestionShown:
    """Find passages, draft, check the claims, decide; nothing is stored here."""
    passages, near = find_passages(assistant, question)
    watch.lap("passages")
    on_progress(Progress("passages", passages=passages))
    brief = make_brief(assistant, question, passages, near, context)
    public = brief.passages
    streamed = Streamed(on_progress)
    written = write(assistant, brief, streamed)
    written = in_form(written, context, assistant.company)
    watch.lap("draft")
    claims = against_others(check_claims(written.draft.text, public, context), public)
    watch.lap("claims")
    asked = orders_asked_about(question.focus, context.orders)
    case = Case(question, brief, len(passages) - len(public), from_record=bool(asked))
    outcome = decide(case, written.draft, claims)
    streamed.settle(outcome.text, outcome.reason)
    watch.lap("decision")
    return shown_of(question, passages, written, outcome, watch)


def nearness(assistant: Assistant, question: str) -> Nearness:
    """Return what tells how near a text is to the question.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    telling = list(dict.fromkeys(word for word in words(question) if content_words(word)))
    rarity = zip(telling, assistant.search.rarity(telling), strict=True)
    by_stem = {content_words(word)[0]: rare for word, rare in rarity}
    return Nearness(assistant.search.vector(question), assistant.sentences.embed, by_stem)


def brief_of(assistant: Assistant, question: Question, context: Context | None = None) -> Brief:
    """Return what a drafter would be given for a question.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    passages, near = find_passages(assistant, question)
    return make_brief(assistant, question, passages, near, context or Context())


def make_brief(
    assistant: Assistant, question: Question, passages: Sequence[PassageUsed], near: Nearness, context: Context
) -> Brief:
    """Put together what a drafter may see: public passages only, with the sentences nearest to the question."""
    public = tuple(passage for passage in passages if passage.visibility == "public")
    budget = int(assistant.context_tokens * PASSAGES_SHARE)
    brief = Brief(question.text, public, context, budget, question.focus, near)
    parts = [
        replace(brief, question=part, focus=part, nearness=nearness(assistant, part))
        for part in questions_in(question.focus)
    ]
    return replace(brief, excerpts=best_for_each(parts) if parts else best_excerpts(brief))


def find_passages(assistant: Assistant, question: Question) -> tuple[tuple[PassageUsed, ...], Nearness]:
    """Return the passages for an agent, best first: public ones to draft from, internal ones to guide.

    The public ones have the first numbers, so that what a draft cites begins with 1. Several questions in the last turn
    are looked up one by one, and what is best for one of them comes first.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    near = nearness(assistant, question.text)
    parts = questions_in(question.focus)
    asked = [(part, assistant.search.vector(part)) for part in parts] or [(question.text, near.vector)]
    hits = _best_of(assistant.search, asked, "agent", MAX_PUBLIC + MAX_INTERNAL)
    internal = [hit for hit in hits if hit.passage.visibility != "public"][:MAX_INTERNAL]
    public = [hit for hit in hits if hit.passage.visibility == "public"]
    if internal and len(public) < MAX_PUBLIC:
        public = _best_of(assistant.search, asked, "customer", MAX_PUBLIC)
    used = [_used(number, hit) for number, hit in enumerate([*public[:MAX_PUBLIC], *internal], start=1)]
    return tuple(sorted(used, key=lambda passage: -passage.score)), near


def _best_of(
    search: Search, asked: Sequence[tuple[str, NDArray[np.float32]]], audience: Audience, limit: int
) -> list[Hit]:
    """Return the hits of all that is asked, each passage once, where it is best."""
    if len(asked) == 1:
        return search.search_vector(*asked[0], audience, limit)
    best: dict[str, Hit] = {}
    for text, vector in asked:
        for hit in search.search_vector(text, vector, audience, limit):
            known = best.get(hit.passage.id)
            best[hit.passage.id] = hit if known is None or hit.score > known.score else known
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.passage.id))[:limit]


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


def _used(number: int, hit: Hit) -> PassageUsed:
    passage = hit.passage
    return PassageUsed(
        number=number,
        passage=passage.id,
        article=passage.article,
        title=passage.title,
        heading=passage.heading,
        url=passage.url,
        text=passage.text,
        visibility=passage.visibility,
        score=hit.score,
        lexical_rank=hit.lexical_rank,
        dense_rank=hit.dense_rank,
        similarity=hit.similarity,
        stated_date=passage.stated_date,
    )


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
