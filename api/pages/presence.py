"""Who else is in a conversation, in the words of the console: the customer by name, colleagues without oneself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.pages.desk import names_of
from knowledge.customers import presence
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.staff.people import Staff, list_staff


@dataclass(frozen=True)
class Others:
    """Names of colleagues who write and of those who only look; what the customer does, with no line when nothing."""

    typing: tuple[str, ...]
    looking: tuple[str, ...]
    customer_typing: bool
    customer_looking: bool


def read_others(session: Session, scope: Scope, conversation: ConversationId, me: Staff, now: datetime) -> Others:
    """Return who is in a conversation beside oneself."""
    found = presence.present(session, scope, conversation, now)
    names = names_of(list_staff(session, scope))
    typing = [who for who in found.typing if who != me.email]
    looking = [who for who in found.looking if who != me.email and who not in typing]
    return Others(
        typing=tuple(names.get(who, who) for who in typing),
        looking=tuple(names.get(who, who) for who in looking),
        customer_typing=found.customer_typing,
        customer_looking=found.customer_looking,
    )
