"""The form of a reply: what fits a text message, a chat, a mail and a place where everybody reads along."""

import re
from dataclasses import dataclass

from assistant.phrases import GREETING, Phrases, is_signature, is_template, phrases_for
from assistant.privacy.patterns import structured
from knowledge.customers.references import find

# Two text messages of the GSM alphabet hold 306 signs, a post on X 280; the line with a page to read comes after these.
SMS_CHARS = 220
POST_CHARS = 180
CHAT_CHARS = 900
BRIEF = frozenset({"chat", "app", "web", "whatsapp", "instagram", "facebook", "telegram", "x"})
# A mark of a citation belongs to the sentence before it.
_SENTENCE = re.compile(r"(?<=[.!?…”\]])\s+(?=[^\s\[])")
# A text message with any other sign holds 70 instead of 160.
_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-"}
    | {"…": "...", "·": ",", "\u00a0": " "}
)
_GREETS = re.compile(rf"{GREETING}[^\n,.:!?“\"]{{0,60}}[,!]\s+(?=\S)", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]{1,300}?)(?<=\S)\1(?![\w*])")
_SOURCE = re.compile(r"^(?P<title>[^\n“]{1,120}):\n(?P<quotes>“.*)$", re.DOTALL)


@dataclass(frozen=True)
class Form:
    """Where a reply goes: the channel, whether everybody can read it, whether we have answered there before.

    `name` is the customer's, `company` signs mails; both may be empty.
    """

    channel: str = ""
    public: bool = False
    answered: bool = False
    name: str = ""
    company: str = ""
    language: str = "en"


def fit(text: str, form: Form) -> str:
    """Return a draft in the form of its channel; what it says stays, sentences are left out or kept whole.

    A text message keeps the sentences that fit; a chat has no greeting after the first answer; a mail has greeting and
    signature; in public nothing personal is said, and the customer is asked to write in private instead.
    """
    phrases = phrases_for(form.language)
    parts = _parts(text)
    if not parts:
        return text
    if is_signature(parts[-1]) and (form.company or form.channel != "email"):
        parts = parts[:-1] or parts
    if form.public:
        parts = _in_public(parts, form, phrases)
    if is_short(form.channel, public=form.public):
        return _short(parts, form, phrases)
    if form.channel in BRIEF or form.public:
        return _brief(parts, form)
    if form.channel == "email":
        return "\n\n".join(_as_mail(parts, form, phrases))
    return text


def _parts(text: str) -> list[str]:
    """Return the paragraphs without marks of bold and italics, a greeting in one of its own."""
    parts = [part for part in _EMPHASIS.sub(r"\2", text).split("\n\n") if part.strip()]
    greets = _GREETS.match(parts[0]) if parts else None
    if greets is None:
        return parts
    said = parts[0][greets.end() :]
    return [
        greets[0].strip().rstrip("!.") + ("" if greets[0].strip()[-1] in ",:" else ","),
        said[:1].upper() + said[1:],
        *parts[1:],
    ]


def is_short(channel: str, *, public: bool) -> bool:
    """Tell whether there is room for a sentence or two alone: in a text message, and in a post on X."""
    return channel == "sms" or (channel == "x" and public)


def room(channel: str, *, public: bool) -> int | None:
    """Return how many signs the statements of a reply may have, `None` where there is no limit."""
    if is_short(channel, public=public):
        return SMS_CHARS if channel == "sms" else POST_CHARS
    return CHAT_CHARS if channel in BRIEF or public else None


def in_plain_signs(text: str) -> str:
    """Return the text with the signs of a text message's own alphabet where there is one that means the same."""
    return text.replace(" · ", ", ").translate(_PLAIN)


def _short(parts: list[str], form: Form, phrases: Phrases) -> str:
    """The sentences that fit, and the wish to go on in private where there is one."""
    most = room(form.channel, public=form.public) or CHAT_CHARS
    ends = [phrases.in_private] if phrases.in_private in parts else []
    said = [part for part in parts if part not in ends]
    texts = [_cut(" ".join(_bare(said)), most - sum(len(one) + 1 for one in ends))] if said else []
    text = " ".join([*texts, *ends])
    return in_plain_signs(text) if form.channel == "sms" else text


def _in_public(parts: list[str], form: Form, phrases: Phrases) -> list[str]:
    """Leave out greetings and every part with personal data; ask to go on in private where there was one."""
    said = [part for part in parts if not _is_greeting(part)]
    shown = [part for part in said if not _personal(part, form)]
    return shown if len(shown) == len(said) else [*shown, phrases.in_private]


def _personal(part: str, form: Form) -> bool:
    names = [word for word in form.name.split() if len(word) > 1]
    named = any(re.search(rf"\b{re.escape(word)}\b", part, re.IGNORECASE) for word in names)
    return named or bool(find(part)) or any(found.kind != "LINK" for found in structured(part))


def _bare(parts: list[str]) -> list[str]:
    """The statements alone: no greeting, no phrase of ours, no title above a quote."""
    kept = [part for part in parts if not _is_greeting(part) and not is_template(part)]
    return [" ".join((_SOURCE.sub(lambda match: match["quotes"], part)).split()) for part in kept] or parts[:1]


def _brief(parts: list[str], form: Form) -> str:
    kept = [part for part in parts if not (form.answered and (_is_greeting(part) or is_template(part)))] or parts[:1]
    text = "\n\n".join(kept)
    while len(text) > CHAT_CHARS and len(kept) > 2:
        kept = kept[:-1]
        text = "\n\n".join(kept)
    return text


def _as_mail(parts: list[str], form: Form, phrases: Phrases) -> list[str]:
    if not _is_greeting(parts[0]):
        name = " ".join(form.name.split())[:80]
        parts = [phrases.hello.format(name=name) if name else phrases.hello_nobody, *parts]
    signature = "\n".join(line for line in (phrases.regards, form.company) if line)
    return [*parts, signature] if form.company else parts


def _is_greeting(part: str) -> bool:
    """Whether a part is a salutation alone: one short line that ends as they do."""
    return "\n" not in part and len(part) <= 100 and part.rstrip()[-1:] in ",:" and len(part.split()) <= 8


def _cut(text: str, most: int) -> str:
    """Return the first sentences that fit, at least the first; a longer one ends at a word, with an ellipsis."""
    kept = ""
    for sentence in _SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > most:
            break
        kept = longer
    return kept or text[: most - 1].rsplit(" ", 1)[0] + "…"
