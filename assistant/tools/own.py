"""Tools over our own record and calendar: the demo shop's orders, the customer's requests, when somebody is there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field

from assistant.orders import describe
from assistant.phrases import ENGLISH
from assistant.tools.toolbox import Arguments, Caller, Tool
from assistant.understanding.context import recent_orders
from knowledge import hours
from knowledge.customers import timeline
from knowledge.customers.conversations import Wanted, list_conversations
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import NotFound
from knowledge.hours import Calendar
from knowledge.scope import Scope

ENTRIES_READ = 500
CANCELLING = "cancellation requested"
# Questions in other words than `choosing` looks for.
ORDER_EXAMPLES = (
    "Where is my order?",
    "Has my parcel been sent yet?",
    "What is happening with my order?",
    "Has my order shipped?",
    "My package has not come, where is it?",
    "Can you tell me how far along my order is?",
    "Is my delivery on its way?",
)
TICKET_EXAMPLES = (
    "What is the status of my request?",
    "Is there any news on my complaint?",
    "Has anybody looked at my ticket yet?",
    "What became of the case I opened?",
)
HOURS_EXAMPLES = (
    "When are you open?",
    "What are your opening hours?",
    "Is anybody there right now?",
    "Until what time can I reach you today?",
    "Are you open on Sundays?",
    "When can I talk to you?",
)
ORDER = r"^#?[\w-]{1,40}$"


class NoArguments(Arguments):
    """Takes none."""


class OneOrder(Arguments):
    """Which order; the latest when none is named."""

    order: str = Field(default="", max_length=41, pattern=r"^(#?[\w-]{1,40})?$")


class ToCancel(Arguments):
    """Which order to cancel, and why."""

    order: str = Field(max_length=41, pattern=ORDER)
    reason: str = Field(default="", max_length=200)


def shop_tools(database: Database, scope: Scope, clock: Callable[[], datetime]) -> list[Tool]:
    """Return the tools of a shop whose orders are on the timeline, as the demo company's are."""

    def order_status(caller: Caller, asked: OneOrder) -> str:
        with database.read() as session:
            entries = timeline.page(session, scope, customer=caller.records, limit=ENTRIES_READ)
        orders = recent_orders(entries)
        wanted = asked.order.lstrip("#").lower()
        found = [one for one in orders if one.order.lstrip("#").lower() == wanted] if wanted else orders[:1]
        if not found:
            # The same words whether it is somebody else's or nobody's.
            raise NotFound("There is no such order of yours.")
        return " ".join(describe(found[0], ENGLISH))

    def ticket_status(caller: Caller, _asked: NoArguments) -> str:
        with database.read() as session:
            found = list_conversations(session, scope, Wanted(customer=caller.records), limit=20)
        mine = [one for one in found if not one.public and one.id != caller.conversation]
        if not mine:
            raise NotFound("There is no other request of yours.")
        last = mine[0]
        about = f" about “{last.subject}”" if last.subject else ""
        state = {"open": "being looked at", "pending": "waiting", "resolved": "closed"}[last.status]
        return f"Your latest request{about} of {last.opened_at:%d %B %Y} is {state}."

    def cancel_order(caller: Caller, asked: ToCancel) -> str:
        with database.read() as session:
            orders = recent_orders(timeline.page(session, scope, customer=caller.records, limit=ENTRIES_READ))
        known = next((one for one in orders if one.order.lstrip("#").lower() == asked.order.lstrip("#").lower()), None)
        if known is None:
            raise NotFound("There is no such order of yours.")
        wish, now = replace(known, status=CANCELLING), clock()
        with database.write() as session:
            timeline.append(session, scope, NewEntry(caller.records[0], wish, now, caller.conversation), now)
        return f"Order {known.order}: {CANCELLING}."

    return [
        Tool(
            "order_status",
            "State, items and tracking of one of the customer's own orders.",
            OneOrder,
            order_status,
            examples=ORDER_EXAMPLES,
        ),
        Tool(
            "ticket_status",
            "State of the customer's latest other request.",
            NoArguments,
            ticket_status,
            examples=TICKET_EXAMPLES,
        ),
        Tool("cancel_order", "Cancel one of the customer's orders.", ToCancel, cancel_order, changes=True),
    ]


def hours_tool(calendar: Calendar, clock: Callable[[], datetime]) -> Tool:
    """Return the tool that says whether somebody is there and when next."""

    def opening_hours(_caller: Caller, _asked: NoArguments) -> str:
        now = clock()
        if hours.is_open(calendar, now):
            return "We are open now."
        opens = hours.next_open(calendar, now)
        if opens is None or opens - now > timedelta(days=366):
            raise NotFound("It is not known when we open next.")
        there = opens.astimezone(calendar.zone)
        return f"We are closed now and open again on {there:%A, %d %B at %H:%M} ({calendar.timezone})."

    said = "Whether somebody is there now, and when next."
    return Tool("opening_hours", said, NoArguments, opening_hours, "anybody", examples=HOURS_EXAMPLES)
