"""Zendesk: answers of its ticketing API (tickets, users, comments of a ticket).

Fields as in developer.zendesk.com/api-reference/ticketing (tickets, ticket_comments, users) and in the schemas of
singer-io/tap-zendesk. The API's list of comments does not say of which ticket it is: a comment needs `ticket_id`, as
the tap writes it, or stands in one document with its `ticket`.
"""

from collections.abc import Iterator
from typing import Any

from api.importers.documents import Document, handles, inner, instant, listed, text_of, words

CHANNELS = {"email": "email", "web": "email", "chat": "chat", "voice": "phone", "sms": "sms", "whatsapp": "whatsapp"}
_STATUS = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "resolved",
    "closed": "resolved",
}
END_USER = "end-user"


class Zendesk:
    """What is known of users and tickets so far."""

    def __init__(self, trusted: bool) -> None:
        self._trusted = trusted
        self._users: dict[str, Document] = {}
        self._tickets: dict[str, Document] = {}

    def notice(self, document: Document) -> bool:
        """Take in users and tickets."""
        for user in _all(document, "user", "users"):
            self._users[words(user.get("id"))] = user
        for ticket in _all(document, "ticket", "tickets"):
            self._tickets[words(ticket.get("id"))] = ticket
        return any(_all(document, one, f"{one}s") for one in ("user", "ticket", "comment"))

    def rows(self, document: Document) -> Iterator[dict[str, Any]]:
        """Yield a row for each end user and comment, and each ticket's status and owner."""
        for user in _all(document, "user", "users"):
            if user.get("role", END_USER) == END_USER:
                yield self._customer(user)
        alone = words(inner(document, "ticket").get("id"))
        for comment in _all(document, "comment", "comments"):
            yield from self._comment(comment, words(comment.get("ticket_id")) or alone)
        for ticket in _all(document, "ticket", "tickets"):
            for comment in listed(ticket.get("comments")):
                yield from self._comment(comment, words(ticket.get("id")))
            yield from self._state(ticket)

    def _customer(self, user: Document) -> dict[str, Any]:
        verified = user.get("verified") is True or self._trusted
        return {
            "type": "customer",
            "id": f"zendesk:{words(user.get('id'))}",
            "name": words(user.get("name")),
            "language": words(user.get("locale")),
            "timezone": words(user.get("time_zone")),
            "handles": [
                *handles(True, zendesk=user.get("id"), external=user.get("external_id")),
                *handles(verified, email=user.get("email")),
                *handles(self._trusted and user.get("shared_phone_number") is not True, phone=user.get("phone")),
            ],
            "attributes": dict(inner(user, "user_fields")),
        }

    def _comment(self, comment: Document, ticket: str) -> Iterator[dict[str, Any]]:
        author = self._users.get(words(comment.get("author_id")), {})
        text = text_of(comment.get("plain_body")) or text_of(comment.get("body"))
        text = text or text_of(comment.get("html_body"), markup=True)
        row = {
            "id": f"zendesk:{words(comment.get('id'))}",
            "conversation": f"zendesk:{ticket}",
            "at": instant(comment.get("created_at")),
            "text": text or "(attachment)",
        }
        name = words(author.get("email")) or words(author.get("name")) or "unknown"
        told = self._tickets.get(ticket, {})
        requester = words(told.get("requester_id"))
        incoming = author.get("role", END_USER) == END_USER
        # Who was copied in is not the requester: nobody else's words are told as theirs.
        copied_in = incoming and bool(author and requester) and words(author.get("id")) != requester
        if comment.get("public") is False or copied_in:
            yield {"type": "note", "author": name, **row}
            return
        channel = CHANNELS.get(words(inner(told, "via").get("channel")), "email")
        yield {
            "type": "message",
            "channel": channel,
            "direction": "in" if incoming else "out",
            "customer": f"zendesk:{requester}" if requester else None,
            "handle": self._handle(requester, channel),
            "subject": text_of(told.get("subject"))[:300],
            **({} if incoming else {"author": name}),
            **row,
        }

    def _handle(self, requester: str, channel: str) -> dict[str, Any] | None:
        user = self._users.get(requester, {})
        if channel == "email" and (value := words(user.get("email"))):
            return {"kind": "email", "value": value, "verified": user.get("verified") is True or self._trusted}
        if channel in {"phone", "sms", "whatsapp"} and (value := words(user.get("phone"))):
            return {"kind": channel, "value": value, "verified": self._trusted}
        return {"kind": "zendesk", "value": requester, "verified": True} if requester else None

    def _state(self, ticket: Document) -> Iterator[dict[str, Any]]:
        key, at = words(ticket.get("id")), instant(ticket.get("updated_at"))
        about = {"conversation": f"zendesk:{key}", "at": at}
        agent = self._users.get(words(ticket.get("assignee_id")), {})
        if owner := words(agent.get("email")) or words(agent.get("name")):
            yield {"type": "assignment", "id": f"zendesk:{key}:{owner}:{at}", "agent": owner, **about}
        status = _STATUS.get(words(ticket.get("status")))
        if status:
            state = {"status": status, "author": "import"}
            yield {"type": "status", "id": f"zendesk:{key}:{status}:{at}", **state, **about}


def _all(document: Document, one: str, many: str) -> list[Document]:
    """The things of a kind in an answer that shows one, or lists many."""
    return ([inner(document, one)] if inner(document, one) else []) + listed(document.get(many))
