"""The replay as a task: what would have been drafted at each moment, beside what a person wrote."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.citations import reply_text
from assistant.progress import quiet
from assistant.stopwatch import Stopwatch
from assistant.suggest import Assistant, prepare
from assistant.understanding.context import build_context
from assistant.understanding.question import standalone
from evals.core.cases import Answer, Case, Metric, Task, fingerprint
from evals.metrics.texts import token_f1
from evals.replay.history import Moment
from evals.replay.past import Past
from knowledge.customers.conversations import get_conversation
from knowledge.customers.entries import SuggestionShown
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

NAME = "replay/history"
METRICS = (Metric("answered"), Metric("supported"), Metric("like_human"))


class Replay:
    """Drafts for moments of the past; nothing is written into the record.

    `as_of` hides articles that came or changed later; without it today's library is used, and the run says so.
    """

    def __init__(self, database: Database, scope: Scope, assistant: Assistant, past: Past, as_of: bool = True) -> None:
        self._database, self._scope = database, scope
        self._assistant, self._past, self._as_of = assistant, past, as_of

    def task(self, moments: Sequence[Moment], settings: dict[str, Any], models: dict[str, str]) -> Task:
        """Return the task over the moments."""
        known = {moment.reply: moment for moment in moments}

        def answer(case: Case) -> Answer | None:
            return self._draft(known[case.id])  # type: ignore[index]

        def mark(case: Case, given: Answer) -> dict[str, float]:
            said = known[case.id].said  # type: ignore[index]
            return {
                "answered": 1.0,
                "like_human": token_f1(given.output["text"], said),
                **({"supported": given.output["supported"]} if given.output["supported"] is not None else {}),
            }

        return Task(
            name=NAME,
            cases=tuple(_case(moment) for moment in moments),
            answer=answer,
            mark=mark,
            metrics=METRICS,
            data=fingerprint([moment.reply for moment in moments])[:12],
            settings={**settings, "knowledge": "as of then" if self._as_of else "as of now"},
            models=models,
        )

    def _draft(self, moment: Moment) -> Answer | None:
        with self._database.read() as session:
            conversation = get_conversation(session, self._scope, moment.conversation)
            tokens = self._assistant.context_tokens
            context = build_context(session, self._scope, conversation, tokens, before=moment.seq)
        question = standalone(context.dialogue)
        if question is None:
            raise Rejected("The customer had not written anything yet.", "")
        search = self._past.at(moment.at if self._as_of else datetime.max.replace(tzinfo=moment.at.tzinfo))
        assistant = replace(self._assistant, search=search)
        shown = prepare(assistant, question, context, Stopwatch(), quiet)
        return _answer(moment, shown, len(self._past.since) - len(search.known)) if shown.text else None


def _answer(moment: Moment, shown: SuggestionShown, hidden: int) -> Answer:
    supported = [claim.support == "supported" for claim in shown.claims]
    output = {
        "customer": moment.customer,
        "conversation": moment.conversation,
        "question": shown.question,
        "decision": shown.decision,
        "text": reply_text(shown),
        "supported": sum(supported) / len(supported) if supported else None,
        "articles_not_known_then": hidden,
    }
    return Answer(output, tokens=sum(shown.tokens.values()))


def _case(moment: Moment) -> Case:
    given = {"conversation": moment.conversation, "at": moment.at.isoformat(timespec="seconds")}
    return Case(moment.reply, given, group=moment.customer, slices=moment.slices)
