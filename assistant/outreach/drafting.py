"""The words of a message that we send first: its template, the evidence, one public article, its footer."""

import re
from dataclasses import dataclass
from string import Template

from assistant.outreach.facts import PURPOSES, Content
from assistant.outreach.firing import Fired
from assistant.outreach.triggers import Sender, Trigger
from knowledge.customers.record import Customer
from knowledge.library.articles import Article

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()]+", re.IGNORECASE)
MOST_FIELD_CHARS = 80


@dataclass(frozen=True)
class Draft:
    """A message: its text and subject, what the guard is told of it, and the article it rests on."""

    subject: str
    text: str
    content: Content
    article: Article | None


def draft(trigger: Trigger, fired: Fired, customer: Customer, article: Article | None, frame: "Frame") -> Draft:
    """Return the message. What comes from the record is put in as plain words of one line."""
    fields = {name: _plain(value) for name, value in fired.fields.items()}
    fields["name"] = _plain(customer.name) or "there"
    body = Template(trigger.text).safe_substitute(fields).strip()
    more = [f"More about it: {article.title} {article.url}".strip()] if article else []
    footer = _footer(trigger, frame)
    text = "\n\n".join((body, *more, footer))
    allowed = {link for one in (trigger.text, article.url if article else "", footer) for link in _LINK.findall(one)}
    cited = set(_LINK.findall(text)) <= allowed and (article is not None or not trigger.article)
    content = Content(len(text), cited, bool(footer), trigger.sensitive)
    return Draft(Template(trigger.subject).safe_substitute(fields), text, content, article)


@dataclass(frozen=True)
class Frame:
    """What stands around each message: who sends it, and the link that stops them."""

    sender: Sender
    stop_link: str = ""


def _footer(trigger: Trigger, frame: Frame) -> str:
    advertises = PURPOSES[trigger.purpose].advertises
    if advertises and not frame.sender.postal_address:
        return ""
    link = f", or open {frame.stop_link}" if frame.stop_link else ""
    signed = f"{frame.sender.name}, {frame.sender.postal_address}" if advertises else frame.sender.name
    marked = "This is an advertisement. " if advertises else ""
    return f"— {signed}\n{marked}You want no messages that we send first? Answer STOP{link}."


def _plain(value: str) -> str:
    return " ".join(value.split())[:MOST_FIELD_CHARS]
