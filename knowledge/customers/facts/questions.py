"""Questions and answers: what a message asks for, and what a short reply to it therefore says."""

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^.!?\n]*[.!?]+|[^.!?\n]+")
_ASKS = re.compile(
    r"\?|^\W*(?:please )?(?:could|can|may|would|will|do|does|did|are|is|have|what|which|who|where|when|how|at what|"
    r"for how|in which|provide|specify|tell|give|confirm|enter|let me know|any)\b|\bplease (?:provide|enter|give|"
    r"specify|tell|describe|confirm|share)\b|\byour [\w ]{2,40} please\b",
    re.IGNORECASE,
)
_ACCEPTS = re.compile(
    r"\b(?:would you like me to|(?:^|[,.] )would you like to|do you want me|"
    r"(?:can|shall|should|may) i (?!get|have|ask|know|see|also|take)|shall we|is (?:that|this|everything) "
    r"(?:ok|okay|fine|correct|right)|proceed|go ahead|anything else|any(?:thing)? more|any other|something else|"
    r"search(?:ing)? (?:for )?(?:more|any)|keep searching|continue searching|make this booking|please confirm)",
    re.IGNORECASE,
)
_STOP = frozenset(
    re.findall(
        r"\S+",
        "a an the of to for in on at with by from is are was were be been being do does did have has had can could "
        "may might will would shall should i me my we us our you your yours it its this that these those there "
        "here what which who whom where when how why please and or if so any some need needs needed require "
        "required like want wanted know tell give provide provided specify enter describe let looking make get got "
        "find take also just thanks thank ok okay sure great good right alright hello hi first one more help able "
        "possible planning going place taking order kindly confirm share about still then as well mind asking up "
        "search interested hold fill today's am pm",
    )
)
_KINDS: tuple[tuple[str, str], ...] = (
    ("name", r"\bnames?\b|who am i|whom? (?:do|am)"),
    ("email", r"e-?mail"),
    ("phone", r"\bphone|mobile|telephone"),
    ("address", r"\baddress|post ?code|zip"),
    ("symptom", r"symptom|problem|issue|what happened|wrong|describe|error"),
    ("time", r"\btime\b|\bwhen\b|what hour"),
    ("date", r"\bdate|\bday\b|birth"),
    ("amount", r"budget|price|cost|amount|spend"),
    ("count", r"how many|number of|party size"),
    ("reference", r"\b(?:id|number|code|pin|reference)\b"),
)
_GREETS = re.compile(r"\b(?:how (?:can|may) i|(?:can|may) i help|help you|anything else|how are you)\b", re.IGNORECASE)
_CLOSED = re.compile(
    r"^\W*(?:and |also,? |so,? )?(?:do|does|did|is|are|was|have|has|will|any|should|would you (?:like|prefer)|"
    r"can i|shall)\b|\b(?:do|are|have|would|will) you\b",
    re.IGNORECASE,
)
YES = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok|okay|correct|right|exactly|absolutely|of course|please do|go ahead|confirmed?|"
    r"sounds (?:good|great)|perfect|great|fine|that works|definitely|certainly|i confirm)\b",
    re.IGNORECASE,
)
NO = re.compile(r"^\W*(?:no|nope|not really|none|nothing|never ?mind|nah)\b", re.IGNORECASE)
# A reply of more words than these says more than what was asked.
MOST_WORDS = 9


@dataclass(frozen=True)
class Asked:
    """What a question asks for: `label` in its own few words, the `kind` of value it wants (empty: any)."""

    label: str
    kind: str
    text: str
    # Whether it only wants a yes to go on; such an answer tells nothing about the customer.
    consent: bool = False
    # Whether yes or no answers it.
    closed: bool = False


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a dot inside a word (1.5, Dr. Who) ends none."""
    guarded = re.sub(r"\b(Dr|Mr|Mrs|Ms|St|No|vs|approx)\.(?=\s)", "\\1\u2024", text)
    guarded = re.sub(r"(?<=\w)\.(?=[a-z0-9_])|(?<=\d)\.(?=\w)|(?<=\b[A-Z])\.(?=[A-Z])", "\u2024", guarded)
    found = (part.replace("\u2024", ".").strip() for part in _SENTENCE.findall(guarded))
    return [part for part in found if re.search(r"\w", part)]


def asked_in(text: str) -> list[Asked]:
    """Return what a message asks, in its order; the kind is the first that its words name."""
    return [_asked(one) for one in sentences(text) if _ASKS.search(one) and not _GREETS.search(one)]


def _asked(question: str) -> Asked:
    kind = next((name for name, pattern in _KINDS if re.search(pattern, question, re.IGNORECASE)), "")
    closed, consent = bool(_CLOSED.search(question)), bool(_ACCEPTS.search(question))
    return Asked(label_of(question, kind), kind, question, consent, closed)


def label_of(question: str, kind: str = "") -> str:
    """Return the words of a question that name what it wants, three at most: "venue", "number of guests"."""
    words = [word for word in re.findall(r"[\w'-]+", question.lower()) if word not in _STOP and len(word) > 1]
    counted = re.search(r"how many ([\w-]+)", question, re.IGNORECASE)
    if counted:
        return f"number of {counted.group(1).lower()}"
    return " ".join(dict.fromkeys(words[:3])) or kind


def is_answer(text: str) -> bool:
    """Tell whether a reply is short enough to be nothing but the answer to what was asked before."""
    return len(text.split()) <= MOST_WORDS
