"""The timeline as the console shows it: one line for each entry of the customer, on every channel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from api.pages.botlines import about_bot
from api.pages.deliveries import ICONS, about_delivery
from api.pages.outreach_lines import about_outreach
from api.pages.record_lines import about_record
from api.pages.routing_lines import ROUTING_ICONS, about_routing
from api.pages.suggestions import VERDICTS
from api.words import channel_name, clock, money
from knowledge.customers.bot_entries import BotDecided, BotJudged
from knowledge.customers.call_entries import CallHeld
from knowledge.customers.comparison_entries import ComparisonOffered, ComparisonRated
from knowledge.customers.conversations import Conversation
from knowledge.customers.delivery_entries import Delivery, MessageDelivered
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Entry,
    MessageSent,
    NoteAdded,
    OrderRecorded,
    PageViewed,
    Payload,
    StatusChanged,
    SuggestionJudged,
    SuggestionShown,
    SurveyAnswered,
)
from knowledge.customers.fact_entries import FactCorrected, FactsRead, PackageOpened, PackageWorded
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.issues import AUTOMATIC
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn, Erased, HoldSet
from knowledge.ids import ConversationId

SURVEYS = {"csat": ("satisfaction", 5), "ces": ("ease", 7), "nps": ("recommendation", 10)}
EVENT_ICONS = {
    "conversation_opened": "chat",
    "conversation_assigned": "person",
    "status_changed": "flag",
    "order_recorded": "order",
    "page_viewed": "page",
    "issue_linked": "thread",
    "product_event": "page",
    "account_recorded": "person",
    "preference_set": "person",
    "mood_noted": "mood",
    "identity_proven": "checked",
    "facts_read": "spark",
    "survey_asked": "star",
    "survey_answered": "star",
    "call_held": "phone",
    "bot_decided": "spark",
    "bot_judged": "checked",
    "tool_used": "gear",
    "action_proposed": "flag",
    "action_settled": "checked",
    **ICONS,
    **ROUTING_ICONS,
}


@dataclass(frozen=True)
class Known:
    """What the lines need besides the entries: names of staff by e-mail, the customer's conversations by id."""

    customer: str
    staff: Mapping[str, str]
    conversations: Mapping[ConversationId, Conversation]
    open: ConversationId | None
    zone: ZoneInfo


@dataclass(frozen=True)
class Line:
    """One entry ready to show; `day` is set where a new day begins, `here` unless it is of another conversation
    than the open one, `leads` when it links to its conversation; `folded` holds the lines that it stands for.
    """

    entry: Entry
    kind: str
    here: bool
    leads: bool
    conversation: Conversation | None
    public: bool = False
    author: str = ""
    says: str = ""
    icon: str = "clock"
    verdict: str = ""
    delivery: Delivery | None = None
    day: date | None = None
    folded: tuple["Line", ...] = ()


def lines_of(entries: list[Entry], known: Known) -> list[Line]:
    """Return the lines to show for these entries, oldest first; a verdict is told on its suggestion's line."""
    verdicts: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry.payload, SuggestionJudged):
            verdicts[entry.payload.suggestion] = VERDICTS[entry.payload.verdict].lower()
        elif isinstance(entry.payload, BotJudged):
            verdicts[entry.payload.decision] = "right" if entry.payload.right else "wrong"
    told = {said.message: said for entry in entries if isinstance(said := entry.payload, Delivery)}
    shown = [_line(entry, known, verdicts) for entry in entries if not _told_elsewhere(entry.payload)]
    shown = [replace(line, delivery=told.get(line.entry.id)) for line in shown]
    return _folded(_with_days(shown, known.zone))


def _told_elsewhere(payload: Payload | None) -> bool:
    """Tell whether another line says it: a verdict is the suggestion's, an owner follows another conversation's."""
    if isinstance(payload, SuggestionJudged | MessageDelivered):
        return True
    return isinstance(payload, ConversationAssigned) and payload.shared


def _with_days(lines: list[Line], zone: ZoneInfo) -> list[Line]:
    marked: list[Line] = []
    last: date | None = None
    for line in lines:
        today = line.entry.at.astimezone(zone).date()
        marked.append(replace(line, day=today) if today != last else line)
        last = today
    return marked


def _folded(lines: list[Line]) -> list[Line]:
    """Tell page views in a row, of one day, as one line."""
    told: list[Line] = []
    for is_view, run in groupby(lines, lambda line: line.kind == "page_viewed"):
        views = list(run)
        while is_view and views:
            length = next((at for at, line in enumerate(views) if at and line.day), len(views))
            day, views = views[:length], views[length:]
            told.append(replace(day[0], says=f"Viewed {length} pages", folded=tuple(day)) if length > 1 else day[0])
        told += views
    return told


def _line(entry: Entry, known: Known, verdicts: Mapping[str, str]) -> Line:
    conversation = known.conversations.get(entry.conversation) if entry.conversation else None
    payload = entry.payload
    line = Line(
        entry=entry,
        kind=entry.kind if payload is not None else "erased",
        here=entry.conversation is None or known.open is None or entry.conversation == known.open,
        leads=conversation is not None and entry.conversation != known.open,
        conversation=conversation,
        public=bool(conversation and conversation.public and entry.kind in {"message_received", "message_sent"}),
        author=_author(payload, known),
        says=says(payload, known),
        icon=EVENT_ICONS.get(entry.kind, "clock"),
    )
    if isinstance(payload, SuggestionShown):
        line = replace(line, verdict=verdicts.get(payload.suggestion, ""))
    elif isinstance(payload, BotDecided):
        line = replace(line, verdict=verdicts.get(entry.id, ""))
    return line


def _author(payload: Payload | None, known: Known) -> str:
    if isinstance(payload, MessageSent | NoteAdded):
        return _name(payload.author, known)
    return known.customer


def _name(author: str | None, known: Known) -> str:
    if author is None:
        return "nobody"
    return "Bot" if author == "bot" else known.staff.get(author, author)


def says(payload: Payload | None, known: Known) -> str:
    """Return the sentence for an entry that is told in one line."""
    sentence = called(payload) if isinstance(payload, CallHeld) else _about(payload, known)
    sentence = sentence or about_bot(payload, lambda author: _name(author, known))
    sentence = sentence or about_delivery(payload, lambda author: _name(author, known))
    sentence = sentence or about_routing(payload, lambda author: _name(author, known))
    match payload:
        case None:
            sentence = "No longer kept"
        case ConversationOpened():
            sentence = "Conversation began"
        case ConversationAssigned():
            sentence = _assigned(payload, known)
        case StatusChanged():
            sentence = _did(payload.author, f"set it to {payload.status}", known)
        case OrderRecorded():
            sentence = _ordered(payload)
        case PageViewed():
            sentence = f"Looked at {payload.title or payload.url}"
        case SurveyAnswered():
            sentence = _rated(payload)
    return sentence


def _about(payload: Payload | None, known: Known) -> str:
    told = _about_privacy(payload, known) or _about_facts(payload, known) or _about_issues(payload, known)
    told = told or about_outreach(payload, lambda author: _name(author, known))
    return told or about_record(payload) or _about_comparisons(payload, known)


def called(payload: CallHeld) -> str:
    """Return what call it was and how long it took."""
    what = {"phone": "Call", "video": "Video call"}[payload.medium]
    whose = "from the customer" if payload.direction == "in" else "to the customer"
    return f"{what} {whose}, {clock(payload.seconds)}" if payload.answered else f"{what} {whose}, not answered"


def _about_privacy(payload: Payload | None, known: Known) -> str:
    match payload:
        case ConsentGiven():
            return f"Agreed to {payload.purpose}{_on(payload.channel)}: text {payload.text_version}, {payload.how}"
        case ConsentWithdrawn():
            refused = "Objected to" if payload.objection else "No longer agrees to"
            return f"{refused} {payload.purpose}{_on(payload.channel)}: {payload.how}"
        case HoldSet():
            did = "placed a legal hold" if payload.on else "lifted the legal hold"
            return f"{_name(payload.author, known)} {did}: {payload.reason}"
        case Erased():
            return f"{_name(payload.author, known)} erased the record"
    return ""


def _about_facts(payload: Payload | None, known: Known) -> str:
    match payload:
        case FactCorrected(to=""):
            return f"{_name(payload.author, known)} struck out a fact: {payload.value}"
        case FactCorrected():
            return f"{_name(payload.author, known)} put a fact right: {payload.value} reads {payload.to}"
        case FactsRead(facts=facts, model=model):
            return f"{model} read in the message: {'; '.join(one.text for one in facts)}"
        case PackageOpened():
            return f"{_name(payload.author, known)} opened the handoff package"
        case PackageWorded():
            return f"{payload.model} put the handoff package in words{_dropped(payload.dropped)}"
    return ""


def _dropped(count: int) -> str:
    return f"; {count} of its sentences were not borne out and left out" if count else ""


def _about_comparisons(payload: Payload | None, known: Known) -> str:
    match payload:
        case ComparisonOffered():
            return f"Two drafts from the past were put up for comparison: {payload.review}"
        case ComparisonRated():
            return f"{_name(payload.author, known)} compared two drafts: {payload.review}"
    return ""


def _about_issues(payload: Payload | None, known: Known) -> str:
    if not isinstance(payload, IssueLinked):
        return ""
    did = {"moved": "put it to another issue", "split": "made it an issue of its own"}.get(payload.how)
    if did is None:
        return f"One issue with another conversation: {payload.reason}"
    reason = f": {payload.reason}" if payload.reason else ""
    return _did("import" if payload.author == AUTOMATIC else payload.author, did, known) + reason


def _on(channel: str) -> str:
    return f" by {channel_name(channel)}" if channel else " on every channel"


def _rated(payload: SurveyAnswered) -> str:
    comment = f": “{payload.comment}”" if payload.comment else ""
    if payload.survey == "fcr":
        return f"Says it was {'' if payload.score else 'not '}solved at the first contact{comment}"
    name, most = SURVEYS[payload.survey]
    return f"Rated {name} {payload.score} of {most}{comment}"


def _assigned(payload: ConversationAssigned, known: Known) -> str:
    did = f"passed it to {_name(payload.owner, known)}"
    if payload.owner is None:
        did = "gave it back to the queue"
    elif payload.owner == payload.author:
        did = "took it"
    return _did(payload.author, did, known)


def _did(author: str, did: str, known: Known) -> str:
    """Return who did what; who did something in another system is often not known."""
    return did[:1].upper() + did[1:] if author == "import" else f"{_name(author, known)} {did}"


def _ordered(payload: OrderRecorded) -> str:
    items = ", ".join(f"{item.quantity} × {item.name}" if item.quantity != 1 else item.name for item in payload.items)
    return ", ".join(part for part in (f"Order {payload.order} {payload.status}", items, money(payload)) if part)
