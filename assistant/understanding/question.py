"""From a conversation to one question that stands by itself: what search and drafters are asked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.brief import Turn
from assistant.sentences import content_words, words
from knowledge.ids import EntryId

# MiniLM reads 256 tokens of a query, about 1,000 characters; more only costs time.
MAX_QUESTION_CHARS = 1_000
MAX_TURN_CHARS = 700
# On mtrag (168 queries) the last two user turns found R@5 .69–.86 where the last turn alone found .59–.78,
# with every retriever tried: two turns are the rule, a third comes in when both say little.
TURNS = 2
# After a pause like this a chat begins anew (the sessionisation that our measures use).
PAUSE = timedelta(minutes=30)
SHORT_TURN_WORDS = 2
_READ_CHARS = 20_000
MOST_NAMES = 5

_ANAPHORA_TEXT = """
it its that this they them those these one ones there he she him her also instead then same both
das dies diese es sie eso esto ese esa ello cela ça celui
"""
_ANAPHORA = frozenset(_ANAPHORA_TEXT.split())
_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|moin|"
    r"liebes?|sehr geehrte|hola|buen[oa]s (?:d[ií]as|tardes|noches)|estimad[oa]s?|bonjour|bonsoir|salut)"
    r"\b(?:[ ,]+(?!(?:i|my|we|is|can|how|what|where|when|why|do|the)\b)[\w.’'-]+){0,4}?\s*(?:[,!.:\n–-]+|$)\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:--\s*|_{5,}|-{5,}|(?:best|kind|warm|many)?\s*(?:regards|wishes)|best|cheers|sincerely|"
    r"yours (?:truly|sincerely|faithfully)|"
    r"(?:many )?thanks(?: in advance| so much| a lot| again)?|thank you(?: in advance| so much| very much)?|"
    r"(?:mit )?(?:freundlichen|besten|vielen|liebe|viele) (?:grüßen|grüße|gruß|dank)|mfg|lg|vg|danke|"
    r"saludos(?: cordiales)?|un saludo|(?:muchas )?gracias|cordialement|bien à vous|merci(?: d'avance)?|"
    r"sent from my .{1,40}|get outlook for .{1,20}|von meinem .{1,30} gesendet|enviado desde mi .{1,30}|"
    r"envoyé de mon .{1,30})"
    r"\s*[,.!]*\s*$",
    re.IGNORECASE,
)
_QUOTE_START = re.compile(
    r"^\s*(?:on .{5,200} wrote:|am .{5,200} schrieb.{0,200}:|el .{5,200} escribió:|le .{5,200} a écrit\s*:|"
    r"-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|mensaje original|message d'origine)"
    r"\s*-{2,}|"
    r"(?:from|von|de)\s*:\s.{0,200}@.{0,200})\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """`text` is what to search for, `focus` the customer's last turn alone, `answers` the entry it came with."""

    text: str
    focus: str
    answers: EntryId | None = None


def standalone(dialogue: Sequence[Turn]) -> Question | None:
    """Return the question the dialogue (oldest first) now waits on, `None` when the customer said nothing.

    Consecutive messages of the customer are one turn, and what they said before a long pause belongs to another
    contact: it comes in only when the last words alone say too little. Greetings, signatures and quoted mail
    are left out. A model that rewrites the question could take this function's place: same arguments, same result.
    """
    turns = _customer_turns(dialogue)
    if not turns:
        return None
    wanted = _together(turns)[-TURNS:]
    if len(turns) > len(wanted) and all(_says_little(turn.text) for turn in wanted):
        wanted = turns[-len(wanted) - 1 :]
    said = [turn.text[:MAX_TURN_CHARS] for turn in wanted]
    text = "\n".join(words for words in said if words)
    return Question(text[-MAX_QUESTION_CHARS:], said[-1], turns[-1].entry)


def carry(question: Question, dialogue: Sequence[Turn], names_in: Callable[[str], list[str]]) -> Question:
    """Return the question with the names it is about, when they were said in an earlier turn of either side.

    The names of the latest turn that says any come before the last turn; what stood between is left out. Without
    names, or with some in the last turn, the question stays. Chosen on one half of dstc11_track5: docs/retrieval.md.
    """
    if names_in(question.focus):
        return question
    for turn in reversed(dialogue):
        if names := names_in(turn.text):
            said = " ".join(names[:MOST_NAMES])
            return replace(question, text=f"{said} {question.focus}"[:MAX_QUESTION_CHARS])
    return question


def plain_question(text: str) -> Question:
    """Return a question that was asked by itself, trimmed like a customer's message."""
    trimmed = trim(text)[:MAX_QUESTION_CHARS]
    return Question(trimmed, trimmed)


def trim(text: str) -> str:
    """Return a message without its greeting, signature and quoted tail; the whole of it when nothing else is left."""
    text = text[:_READ_CHARS].strip()
    kept: list[str] = []
    for number, line in enumerate(text.splitlines()):
        if _QUOTE_START.match(line[:500]) or (number > 0 and _CLOSING.match(line[:120])):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.strip())
    body = " ".join(" ".join(kept).split())
    return _GREETING.sub("", body, count=1).strip() or body or " ".join(text.split())


def _customer_turns(dialogue: Sequence[Turn]) -> list[Turn]:
    """Join what the customer said in one go: nobody spoke between, and no pause made it another contact."""
    turns: list[Turn] = []
    before: Turn | None = None
    for message in dialogue:
        if message.who == "customer":
            text = trim(message.text)
            if turns and before is not None and before.who == "customer" and message.at - before.at <= PAUSE:
                turns[-1] = replace(message, text=f"{turns[-1].text} {text}".strip())
            else:
                turns.append(replace(message, text=text))
        before = message
    return turns


def _together(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Return the last turns that belong to one contact."""
    first = len(turns) - 1
    while first > 0 and turns[first].at - turns[first - 1].at <= PAUSE:
        first -= 1
    return turns[first:]


def _says_little(turn: str) -> bool:
    if len(content_words(turn)) <= SHORT_TURN_WORDS:
        return True
    return any(word in _ANAPHORA for word in words(turn)[:4])
