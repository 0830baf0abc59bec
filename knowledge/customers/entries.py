"""What can happen: the typed, immutable payloads of the timeline."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from knowledge.customers.bot_entries import ActionProposed, ActionSettled, BotDecided, BotJudged, ToolUsed
from knowledge.customers.call_entries import CallHeld, Spoken
from knowledge.customers.comparison_entries import ComparisonOffered, ComparisonRated
from knowledge.customers.delivery_entries import (
    AutoReplyReceived,
    DeliveryFailed,
    DeliveryRetried,
    MessageBounced,
    MessageDelivered,
)
from knowledge.customers.fact_entries import FactCorrected, FactsRead, PackageOpened, PackageWorded
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.outreach_entries import (
    OutreachApproved,
    OutreachHeldOut,
    OutreachProposed,
    OutreachRefused,
    OutreachSent,
    OutreachStopped,
)
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn, Erased, HoldSet
from knowledge.customers.record_entries import AccountRecorded, IdentityProven, MoodNoted, PreferenceSet, ProductEvent
from knowledge.customers.routing_entries import (
    ChannelMoved,
    ConversationEscalated,
    ConversationOffered,
    OfferAnswered,
)
from knowledge.customers.survey_entries import Survey, SurveyAsked
from knowledge.ids import ArticleId, ConversationId, CustomerId, EntryId, IssueId, PassageId, SuggestionId

Visibility = Literal["public", "internal"]
Status = Literal["open", "pending", "resolved"]
Decision = Literal["answer", "ask_back", "abstain", "hand_over"]
Support = Literal["supported", "contradicted", "not_found"]
Verdict = Literal["accepted", "edited", "rejected"]


@dataclass(frozen=True)
class Handle:
    """An address a person is reached by: kind (email, phone, chat, …) and normalised value."""

    kind: str
    value: str


@dataclass(frozen=True)
class Attachment:
    """A file that came or went with a message. `id` names it at the door; empty when it was not kept, and `refused`
    says why. `size` in bytes, `digest` the SHA-256 of its content.
    """

    id: str
    name: str
    media_type: str
    size: int
    digest: str = ""
    refused: str = ""


@dataclass(frozen=True)
class ConversationOpened:
    """A conversation began on a channel with one address; replies always go to that address."""

    channel: str
    address: Handle
    external_key: str = ""
    subject: str = ""
    public: bool = False
    kind: Literal["conversation_opened"] = "conversation_opened"


@dataclass(frozen=True)
class MessageReceived:
    """The customer wrote (or said) something.

    `address` is set when it came from another address of theirs than the conversation had: it moves there.
    `spoken`: it was said in a call.
    `reference` is the channel's own id of it, for an answer to name.
    """

    channel: str
    text: str
    subject: str = ""
    address: Handle | None = None
    spoken: Spoken | None = None
    reference: str = ""
    attachments: tuple[Attachment, ...] = ()
    kind: Literal["message_received"] = "message_received"


@dataclass(frozen=True)
class MessageSent:
    """We answered. `author` is a staff e-mail or `bot`; `delivery` says whether it reached the channel.

    `posted`: the customer reads it where they wrote. `queued`: it is in the outbox; later entries say what became of
    it. `holding`: it only says that somebody will answer; the customer waits on.
    """

    channel: str
    text: str
    author: str
    address: Handle
    suggestion: SuggestionId | None = None
    delivery: Literal["posted", "queued"] = "posted"
    holding: bool = False
    spoken: Spoken | None = None
    attachments: tuple[Attachment, ...] = ()
    kind: Literal["message_sent"] = "message_sent"


@dataclass(frozen=True)
class NoteAdded:
    """A note for colleagues; never shown to the customer."""

    text: str
    author: str
    kind: Literal["note_added"] = "note_added"


@dataclass(frozen=True)
class ConversationAssigned:
    """The conversation has this owner from now on (`None`: nobody).

    `shared`: it follows another conversation of its issue, which has one owner.
    """

    owner: str | None
    author: str
    shared: bool = False
    kind: Literal["conversation_assigned"] = "conversation_assigned"


@dataclass(frozen=True)
class StatusChanged:
    """Somebody set the status by hand."""

    status: Status
    author: str
    kind: Literal["status_changed"] = "status_changed"


@dataclass(frozen=True)
class OrderItem:
    """One line of an order; `price` in the order's currency."""

    name: str
    quantity: int = 1
    sku: str = ""
    price: Decimal | None = None


@dataclass(frozen=True)
class OrderRecorded:
    """A purchase as the shop reports it; a later entry of the same `order` supersedes it."""

    order: str
    status: str
    items: tuple[OrderItem, ...] = ()
    total: Decimal | None = None
    currency: str = ""
    placed_at: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    kind: Literal["order_recorded"] = "order_recorded"


@dataclass(frozen=True)
class PageViewed:
    """The customer looked at a page."""

    url: str
    title: str = ""
    kind: Literal["page_viewed"] = "page_viewed"


@dataclass(frozen=True)
class SurveyAnswered:
    """The customer rated us: `survey` is csat (1–5), ces (1–7), nps (0–10) or fcr (first contact solved it: 0, 1).

    `issue` is what they rated and `asked` the entry by which we asked, where it was we who did.
    """

    survey: Survey
    score: int
    comment: str = ""
    issue: IssueId | None = None
    asked: EntryId | None = None
    kind: Literal["survey_answered"] = "survey_answered"


@dataclass(frozen=True)
class PassageUsed:
    """A passage the suggestion was given, as it read then, with how it was found.

    `number` is the citation index offered to the drafter (1, 2, …); ranks start at 1, `None` = not found that way;
    `stated_date` is the date the article itself gives.
    """

    number: int
    passage: PassageId
    article: ArticleId
    title: str
    heading: str
    url: str
    text: str
    visibility: Visibility
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
    similarity: float | None = None
    stated_date: str = ""


@dataclass(frozen=True)
class Claim:
    """One sentence of a draft and whether its evidence bears it out; `signals` explain the verdict."""

    text: str
    support: Support
    citations: tuple[int, ...] = ()
    signals: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SuggestionShown:
    """A suggestion as an agent saw it, with all that explains it later.

    `text` is what may go to the customer: empty when abstaining. `citations` are numbers of `passages`, public ones
    only. `guidance` numbers the internal passages, for the agent's eyes. `drafter` names who wrote the text;
    `fallback` says why it was not the configured one. `timings_ms` by step; `tokens` by kind. `chance` is how likely
    the draft was to be right, `pointers` are the passages to look at where there is none. `narrowed` says what the
    search was narrowed to: `product`, `language`; `channel` is the one that the text was formed for, if any.
    """

    suggestion: SuggestionId
    question: str
    decision: Decision
    text: str
    reason: str
    citations: tuple[int, ...]
    guidance: tuple[int, ...]
    passages: tuple[PassageUsed, ...]
    claims: tuple[Claim, ...]
    drafter: str
    model: str
    prompt: str
    fallback: str = ""
    answers: EntryId | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    chance: float | None = None
    pointers: tuple[int, ...] = ()
    narrowed: dict[str, str] = field(default_factory=dict)
    channel: str = ""
    kind: Literal["suggestion_shown"] = "suggestion_shown"


@dataclass(frozen=True)
class SuggestionJudged:
    """What the agent did with a suggestion; `sent` is the entry of the message that used it."""

    suggestion: SuggestionId
    verdict: Verdict
    author: str
    reason: str = ""
    sent: EntryId | None = None
    kind: Literal["suggestion_judged"] = "suggestion_judged"


Payload = Annotated[
    ConversationOpened
    | MessageReceived
    | MessageSent
    | NoteAdded
    | ConversationAssigned
    | StatusChanged
    | OrderRecorded
    | PageViewed
    | SurveyAsked
    | SurveyAnswered
    | ProductEvent
    | AccountRecorded
    | PreferenceSet
    | MoodNoted
    | IdentityProven
    | IssueLinked
    | SuggestionShown
    | SuggestionJudged
    | CallHeld
    | MessageDelivered
    | DeliveryFailed
    | DeliveryRetried
    | MessageBounced
    | AutoReplyReceived
    | ConsentGiven
    | ConsentWithdrawn
    | HoldSet
    | Erased
    | ConversationOffered
    | OfferAnswered
    | ConversationEscalated
    | ChannelMoved
    | FactCorrected
    | FactsRead
    | PackageOpened
    | PackageWorded
    | BotDecided
    | BotJudged
    | ToolUsed
    | ActionProposed
    | ActionSettled
    | ComparisonOffered
    | ComparisonRated
    | OutreachRefused
    | OutreachHeldOut
    | OutreachProposed
    | OutreachApproved
    | OutreachSent
    | OutreachStopped,
    Field(discriminator="kind"),
]

_PAYLOAD: TypeAdapter[Payload] = TypeAdapter(Payload)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `payload` is `None` once the customer was forgotten.

    `at` is when it happened, `recorded_at` when we learned of it; `seq` grows in the order of commits.
    """

    seq: int
    id: EntryId
    at: datetime
    recorded_at: datetime
    kind: str
    customer: CustomerId
    conversation: ConversationId | None
    payload: Payload | None


def dump(payload: Payload) -> str:
    """Return the payload as JSON text, keys in the order of the definition."""
    return _PAYLOAD.dump_json(payload).decode()


def load(body: str) -> Payload:
    """Read a payload back from `dump`'s text."""
    return _PAYLOAD.validate_json(body)


def as_json(entry: Entry) -> dict[str, Any]:
    """Return the entry as plain JSON values, for the API and `--json`."""
    return {
        "seq": entry.seq,
        "id": entry.id,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "kind": entry.kind,
        "customer": entry.customer,
        "conversation": entry.conversation,
        "payload": _PAYLOAD.dump_python(entry.payload, mode="json") if entry.payload else None,
    }
