"""What goes in and out as JSON: the shapes that OpenAPI shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant import citations
from knowledge.customers.conversations import Conversation
from knowledge.customers.entries import (
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    Payload,
    Status,
    SuggestionShown,
    Visibility,
)
from knowledge.customers.record import Customer, KnownHandle
from knowledge.ids import ArticleId, ConversationId, CustomerId, EntryId, IssueId
from knowledge.staff.people import Role
from retrieval.passages import Hit, Only


def without_nul(text: str) -> str:
    """Return the text without NUL characters, which PostgreSQL cannot store."""
    return text.replace("\0", "")


Words = Annotated[str, Field(max_length=500), AfterValidator(without_nul)]
Text = Annotated[str, Field(max_length=1_000_000), AfterValidator(without_nul)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Uploads = Annotated[list[Id], Field(max_length=10, description="Ids of files uploaded before.")]


class Input(BaseModel):
    """What comes in: unknown fields are refused, so that a typo is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """What goes out of something of ours: the fields that are named here, whatever else it has."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, told: object) -> Self:
        """Return it as it goes out."""
        return cls.model_validate(told)


class LoginIn(Input):
    """A staff login."""

    email: Annotated[str, Field(max_length=320)]
    password: Annotated[str, Field(max_length=1_000)]


class ReplyIn(Input):
    """An answer to the customer; `suggestion` names the suggestion it came from, changed or not."""

    text: Text
    suggestion: Id | None = None
    attachments: Uploads = []


class NoteIn(Input):
    """A note for colleagues."""

    text: Text


class StatusIn(Input):
    """The status to set."""

    status: Status


class PassIn(Input):
    """Whom to pass a conversation to (`null`: back to the queue) and why.

    `owner` is who owned it when you looked (empty: nobody): when it changed hands since, it is not passed on.
    """

    to: Annotated[str, Field(max_length=320), AfterValidator(without_nul)] | None = None
    reason: Text
    owner: Annotated[str, Field(max_length=320), AfterValidator(without_nul)] | None = None


class RejectionIn(Input):
    """Why a suggestion is of no use; may be empty."""

    reason: Annotated[str, Field(max_length=2_000), AfterValidator(without_nul)] = ""


class NarrowedIn(Input):
    """What a search is narrowed to: what articles state, capitals or not; a language also by its region (en: en-GB)."""

    product: Annotated[str, Field(max_length=200), AfterValidator(without_nul)] = ""
    language: Annotated[str, Field(max_length=16), AfterValidator(without_nul)] = ""

    @property
    def only(self) -> Only:
        """The same, as the search takes it."""
        return Only(self.product.strip(), self.language.strip())


class SuggestIn(NarrowedIn):
    """How to suggest a reply."""

    reuse: Annotated[
        bool,
        Field(description="Give the suggestion that already answers the customer's last message, if there is one."),
    ] = False


class QuestionIn(NarrowedIn):
    """One question without a customer."""

    question: Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(without_nul)]


class SearchIn(NarrowedIn):
    """What to look for in the library."""

    query: Annotated[str, Field(max_length=4_000), AfterValidator(without_nul)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class ChatSessionIn(Input):
    """A customer session to open; `identity` proves an e-mail address, `carry` says how the token travels.

    `resume` is a link's token or a code: the chat of another device goes on here.
    """

    identity: Annotated[str, Field(max_length=4_000)] | None = None
    resume: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    carry: Literal["cookie", "bearer"] = "cookie"


class ChatSessionOut(BaseModel):
    """A customer session; `token` only when it was asked for, else it is in a cookie that no script can read."""

    expires_at: datetime
    token: str | None


class ResumeOut(BaseModel):
    """A way to go on at another device: a link to open there or a code to type; each works once."""

    link: str
    code: str
    expires_at: datetime


class ChatMessageIn(Input):
    """What the customer writes."""

    text: Text
    attachments: Uploads = []


class Token(BaseModel):
    """A bearer token and its end."""

    token: str
    expires_at: datetime


class Me(BaseModel):
    """Who is logged in."""

    email: str
    name: str
    role: Role


class EntryOut(Output):
    """One thing that happened; `payload` is null once the customer was forgotten."""

    seq: int
    id: EntryId
    at: datetime
    recorded_at: datetime
    kind: str
    customer: CustomerId
    conversation: ConversationId | None
    payload: Payload | None


class ConversationOut(BaseModel):
    """The present state of a conversation; `waiting`: the customer spoke last and nobody closed it."""

    id: ConversationId
    customer: CustomerId
    customer_name: str
    channel: str
    address: Handle
    subject: str
    public: bool
    issue: IssueId
    status: Status
    owner: str | None
    waiting: bool
    opened_at: datetime
    last_at: datetime
    last_received_at: datetime | None
    last_sent_at: datetime | None
    last_text: str
    messages: int

    @classmethod
    def of(cls, conversation: Conversation, customer: Customer | None) -> Self:
        """Return the conversation as it goes out."""
        known = {name: value for name, value in vars(conversation).items() if name in cls.model_fields}
        name = customer.display_name if customer else ""
        return cls(**known, waiting=conversation.waiting, customer_name=name)


class ConversationsOut(BaseModel):
    """Some conversations. Following /api/live after `cursor` misses nothing that came later."""

    cursor: int
    conversations: list[ConversationOut]


class TimelineOut(BaseModel):
    """Entries, oldest first. `before` asks for the page before this one; null when this is the first."""

    cursor: int
    entries: list[EntryOut]
    before: int | None


class CustomerOut(BaseModel):
    """A person as we know them."""

    id: CustomerId
    name: str
    language: str
    timezone: str
    preferences: dict[str, object]
    attributes: dict[str, object]
    handles: list[KnownHandle]
    created_at: datetime

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Return the customer as they go out; chat handles are no address for anybody."""
        shown = [known for known in customer.handles if known.handle.kind != "chat"]
        return cls(**{**vars(customer), "name": customer.display_name, "handles": shown})


class ArticleSummary(Output):
    """An article without its text."""

    id: ArticleId
    title: str
    url: str
    language: str
    visibility: Visibility
    version: int
    product: str
    valid_from: str
    valid_until: str


class ArticleOut(ArticleSummary):
    """An article as it stands, in Markdown."""

    text: str
    stated_date: str


class ArticlesOut(BaseModel):
    """Some articles, by title."""

    articles: list[ArticleSummary]


class HitsOut(BaseModel):
    """Passages, best first."""

    hits: list[Hit]


class ImportOut(BaseModel):
    """What became of the events: stored now, stored before, and refused with the line and the reason."""

    rows: int
    added: dict[str, int]
    known: dict[str, int]
    bad: list[dict[str, object]]
    ignored_fields: dict[str, int]
    dry_run: bool


@dataclass(frozen=True)
class SuggestionOut(SuggestionShown):
    """A suggestion as it goes out; `reply_text` is what to send: no citation marks, the public pages at its end."""

    reply_text: str = ""

    @classmethod
    def of(cls, shown: SuggestionShown) -> Self:
        """Return the suggestion as it goes out."""
        return cls(**vars(shown), reply_text=citations.reply_text(shown))


class ChatFile(BaseModel):
    """A file in the chat, at /api/chat/attachments/{id}."""

    id: str
    name: str
    size: int


class ChatMessage(BaseModel):
    """A message as the customer sees it: nothing about who wrote it for us, how, or why."""

    seq: int
    id: EntryId
    at: datetime
    conversation: ConversationId
    by: Literal["customer", "us"]
    text: str
    attachments: list[ChatFile] = []

    @classmethod
    def of(cls, entry: Entry) -> Self | None:
        """Return the entry if a customer may see it in the chat, else nothing."""
        said = entry.payload
        if not isinstance(said, MessageReceived | MessageSent) or said.channel != "chat" or not entry.conversation:
            return None
        files = [ChatFile(id=one.id, name=one.name, size=one.size) for one in said.attachments if one.id]
        by: Literal["customer", "us"] = "customer" if isinstance(said, MessageReceived) else "us"
        return cls(
            seq=entry.seq,
            id=entry.id,
            at=entry.at,
            conversation=entry.conversation,
            by=by,
            text=said.text,
            attachments=files,
        )


class ChatMessagesOut(BaseModel):
    """The customer's own chat, oldest first. Following /api/chat/live after `cursor` misses nothing."""

    cursor: int
    messages: list[ChatMessage]
    before: int | None


class Check(BaseModel):
    """Whether a part works, and what to do when it does not."""

    ok: bool
    message: str = ""


class Health(BaseModel):
    """How the installation is."""

    status: Literal["ok", "degraded"]
    version: str
    checks: dict[str, Check]
