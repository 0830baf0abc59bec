"""Intercom: answers of its API (contacts, conversations with their parts).

Fields as on developers.intercom.com/docs/references (conversation, conversation_part, contact), versions 1.0 to 2.15.
"""

from collections.abc import Iterator
from typing import Any

from api.importers.documents import Document, handles, inner, instant, listed, text_of, words

CHANNELS = {
    "conversation": "chat",
    "email": "email",
    "whatsapp": "whatsapp",
    "sms": "sms",
    "instagram": "instagram",
    "phone_call": "phone",
}
OTHER_CHANNEL = "app"
CUSTOMERS = {"user", "lead", "contact"}
_STATUS = {"close": "resolved", "open": "open", "snoozed": "pending"}


class Intercom:
    """What is known of contacts and teammates so far."""

    def __init__(self, trusted: bool) -> None:
        self._trusted = trusted
        self._people: dict[str, dict[str, Any]] = {}
        self._admins: dict[str, str] = {}

    def notice(self, document: Document) -> bool:
        """Take in contacts, and the addresses of authors."""
        for contact in _contacts(document):
            self._learn(contact)
        for conversation in _conversations(document):
            for said in _parts(conversation):
                author = inner(said, "author")
                if words(author.get("type")) in CUSTOMERS:
                    self._learn(author)
                elif words(author.get("email")):
                    self._admins[words(author.get("id"))] = words(author.get("email"))
        return bool(_contacts(document) or _conversations(document))

    def _learn(self, person: Document) -> None:
        known = self._people.setdefault(words(person.get("id")), {})
        known.update({name: value for name, value in person.items() if value not in (None, "")})

    def rows(self, document: Document) -> Iterator[dict[str, Any]]:
        """Yield a row for each contact, message and note, and each change of owner and state."""
        for contact in _contacts(document):
            yield self._customer(words(contact.get("id")))
        for conversation in _conversations(document):
            whose = _customer_of(conversation)
            if whose in self._people:
                yield self._customer(whose)
            for said in _parts(conversation):
                yield from self._part(said, conversation, whose)

    def _customer(self, key: str) -> dict[str, Any]:
        contact = self._people.get(key, {})
        return {
            "type": "customer",
            "id": f"intercom:{key}",
            "name": words(contact.get("name")),
            "language": words(contact.get("language_override")),
            "handles": [
                *handles(True, intercom=key, external=contact.get("external_id")),
                *handles(self._trusted, email=contact.get("email"), phone=contact.get("phone")),
            ],
            "attributes": dict(inner(contact, "custom_attributes")),
        }

    def _part(self, said: Document, conversation: Document, whose: str) -> Iterator[dict[str, Any]]:
        author, kind = inner(said, "author"), words(said.get("part_type"))
        key = words(conversation.get("id"))
        about = {"conversation": f"intercom:{key}", "at": instant(said.get("created_at"))}
        name = words(author.get("email")) or words(author.get("name")) or words(author.get("type")) or "unknown"
        text = text_of(said.get("body"), markup=True)
        row = {"id": f"intercom:{words(said.get('id'))}", **about}
        if text and kind == "note":
            yield {"type": "note", "author": name, "text": text, **row}
        elif text:
            yield self._message(author, conversation, whose) | row | {"text": text}
        if kind in _STATUS:
            yield {"type": "status", "status": _STATUS[kind], "author": name, **row}
        elif kind == "assignment":
            yield {"type": "assignment", "agent": self._owner(inner(said, "assigned_to")), "author": name, **row}

    def _message(self, author: Document, conversation: Document, whose: str) -> dict[str, Any]:
        kind = words(author.get("type"))
        channel = CHANNELS.get(words(inner(conversation, "source").get("type")), OTHER_CHANNEL)
        sent_by = "bot" if kind == "bot" else words(author.get("email")) or words(author.get("name")) or "unknown"
        return {
            "type": "message",
            "channel": channel,
            "direction": "in" if kind in CUSTOMERS else "out",
            "customer": f"intercom:{whose}" if whose in self._people else None,
            "handle": self._handle(whose, channel),
            "subject": text_of(inner(conversation, "source").get("subject"), markup=True)[:300],
            **({} if kind in CUSTOMERS else {"author": sent_by}),
        }

    def _handle(self, whose: str, channel: str) -> dict[str, Any] | None:
        person = self._people.get(whose, {})
        field = {"email": "email", "whatsapp": "phone", "sms": "phone", "phone": "phone"}.get(channel, "")
        if value := words(person.get(field)):
            return {"kind": channel, "value": value, "verified": self._trusted}
        return {"kind": "intercom", "value": whose, "verified": True} if whose else None

    def _owner(self, assigned: Document) -> str | None:
        key = words(assigned.get("id"))
        return self._admins.get(key) or words(assigned.get("name")) or (key or None)


def _parts(conversation: Document) -> list[Document]:
    """What was said: the message that began it (it has no time of its own: the conversation's), and its parts."""
    source = inner(conversation, "source")
    first = {**source, "part_type": "comment", "created_at": conversation.get("created_at")} if source else {}
    parts = listed(inner(conversation, "conversation_parts").get("conversation_parts"))
    return [first, *parts] if first else parts


def _customer_of(conversation: Document) -> str:
    """The contact a conversation is with: the first of its contacts, or the customer who began it."""
    contacts = conversation.get("contacts")
    listing = listed(contacts) or listed(inner(conversation, "contacts").get("contacts"))
    author = inner(conversation, "source", "author")
    if words(author.get("type")) in CUSTOMERS:
        return words(author.get("id"))
    return next((words(one.get("id")) for one in listing), "")


def _conversations(document: Document) -> list[Document]:
    many = listed(document.get("conversations"))
    return many or ([document] if document.get("type") == "conversation" else [])


def _contacts(document: Document) -> list[Document]:
    many = [one for one in listed(document.get("data")) if one.get("type") == "contact"]
    return many or ([document] if document.get("type") == "contact" else [])
