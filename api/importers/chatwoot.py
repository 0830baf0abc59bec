"""Chatwoot: answers of its application API (contacts, conversations, messages of a conversation).

Fields as in chatwoot/chatwoot: swagger/definitions/resource/{conversation,message}.yml and the views
app/views/api/v1/{conversations/partials/_conversation,models/_message,models/_contact}.json.jbuilder.
"""

from collections.abc import Iterator
from typing import Any

from api.importers.documents import Document, handles, inner, instant, listed, text_of, words

CHANNELS = {
    "Channel::WebWidget": "chat",
    "Channel::Email": "email",
    "Channel::Whatsapp": "whatsapp",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
    "Channel::Instagram": "instagram",
}
OTHER_CHANNEL = "app"
INCOMING, OUTGOING, ACTIVITY, TEMPLATE = 0, 1, 2, 3
_STATUS = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "resolved"}


class Chatwoot:
    """What is known of contacts and conversations so far."""

    def __init__(self, trusted: bool) -> None:
        self._trusted = trusted
        self._contacts: dict[str, Document] = {}
        self._conversations: dict[str, tuple[str, str]] = {}  # id → contact, channel

    def notice(self, document: Document) -> bool:
        """Take in contacts, and who a conversation is with."""
        for conversation in _conversations(document):
            sender = inner(conversation, "meta", "sender")
            self._keep(sender)
            channel = CHANNELS.get(words(inner(conversation, "meta").get("channel")), OTHER_CHANNEL)
            self._conversations[words(conversation.get("id"))] = (words(sender.get("id")), channel)
        for contact in _contacts(document):
            self._keep(contact)
        return bool(_conversations(document) or _contacts(document) or _messages(document))

    def _keep(self, contact: Document) -> None:
        if key := words(contact.get("id")):
            self._contacts[key] = contact

    def rows(self, document: Document) -> Iterator[dict[str, Any]]:
        """Yield a row for each contact and message, and what is known of each conversation's state."""
        for contact in _contacts(document):
            yield self._customer(contact)
        for conversation in _conversations(document):
            yield self._customer(inner(conversation, "meta", "sender"))
            for message in listed(conversation.get("messages")):
                yield from self._message(message, words(conversation.get("id")))
            yield from _state(conversation)
        for message in _messages(document):
            yield from self._message(message, words(message.get("conversation_id")))

    def _customer(self, contact: Document) -> dict[str, Any]:
        return {
            "type": "customer",
            "id": f"chatwoot:{words(contact.get('id'))}",
            "name": words(contact.get("name")),
            "handles": [
                *handles(True, chatwoot=contact.get("id")),
                *handles(True, external=contact.get("identifier")),
                *handles(self._trusted, email=contact.get("email"), phone=contact.get("phone_number")),
            ],
            "attributes": dict(inner(contact, "custom_attributes")),
        }

    def _message(self, message: Document, conversation: str) -> Iterator[dict[str, Any]]:
        kind, private = message.get("message_type"), message.get("private") is True
        text = text_of(message.get("content")) or "(attachment)" * bool(listed(message.get("attachments")))
        if kind == ACTIVITY or not text:
            return
        contact, channel = self._conversations.get(conversation, ("", OTHER_CHANNEL))
        author = "bot" if kind == TEMPLATE else words(inner(message, "sender").get("name"))
        row = {
            "id": f"chatwoot:{words(message.get('id'))}",
            "conversation": f"chatwoot:{conversation}",
            "at": instant(message.get("created_at")),
            "text": text,
        }
        if private:
            yield {"type": "note", "author": author or "unknown", **row}
            return
        yield {
            "type": "message",
            "channel": channel,
            "direction": "in" if kind == INCOMING else "out",
            "customer": f"chatwoot:{contact}" if contact else None,
            "handle": self._handle(contact, channel),
            **({"author": author} if kind != INCOMING and author else {}),
            **row,
        }

    def _handle(self, contact: str, channel: str) -> dict[str, Any] | None:
        """The address of a contact on a channel; their own id where the channel shows no other."""
        known = self._contacts.get(contact, {})
        field = {"email": "email", "whatsapp": "phone_number", "sms": "phone_number"}.get(channel, "")
        if value := words(known.get(field)):
            return {"kind": channel, "value": value, "verified": self._trusted}
        return {"kind": "chatwoot", "value": contact, "verified": True} if contact else None


def _state(conversation: Document) -> Iterator[dict[str, Any]]:
    key, at = (
        words(conversation.get("id")),
        instant(conversation.get("last_activity_at", conversation.get("timestamp"))),
    )
    about = {"conversation": f"chatwoot:{key}", "at": at}
    agent = inner(conversation, "meta", "assignee")
    if owner := words(agent.get("email")) or words(agent.get("name")):
        yield {"type": "assignment", "id": f"chatwoot:{key}:{owner}:{at}", "agent": owner, **about}
    status = _STATUS.get(words(conversation.get("status")))
    if status:
        yield {"type": "status", "id": f"chatwoot:{key}:{status}:{at}", "status": status, "author": "import", **about}


def _payload(document: Document) -> list[Document]:
    """What an answer carries: `payload`, by itself or inside `data`; or the document, where it is one thing."""
    answer = inner(document, "data") or document
    found = answer.get("payload")
    if isinstance(found, dict):
        return [found]
    return listed(found) if isinstance(found, list) else [document]


def _conversations(document: Document) -> list[Document]:
    return [one for one in _payload(document) if isinstance(one.get("messages"), list) and "meta" in one]


def _messages(document: Document) -> list[Document]:
    return [one for one in _payload(document) if "message_type" in one and "conversation_id" in one]


def _contacts(document: Document) -> list[Document]:
    return [one for one in _payload(document) if "phone_number" in one and "identifier" in one]
