"""Which of several questions in a message the articles hardly answer, so that an agent does not overlook it."""

from dataclasses import replace

from assistant.brief import Brief
from assistant.drafting.quoting import best_excerpts
from assistant.finding import Found
from assistant.gate.answerable import is_likely
from assistant.understanding.question import Question
from knowledge.library.drafts import shorten

SHOWN_CHARS = 150


def unanswered(found: Found, brief: Brief) -> str:
    """Return those questions, quoted; "" when there is none, or only one was asked."""
    left: list[str] = []
    for part in found.parts:
        own = replace(brief, question=part.text, focus=part.text, passages=part.passages, nearness=part.near)
        if not is_likely(Question(part.text, part.text), replace(own, excerpts=best_excerpts(own))):
            left.append(f"“{shorten(' '.join(part.text.split()), SHOWN_CHARS)}”")
    return ", ".join(left)
