"""What the bot sees before it thinks: the turn it would answer, who spoke, what was decided before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.answering.words import is_shouting, plain, shows, spoken, wants_person
from assistant.brief import Context
from assistant.tools.toolbox import Caller
from assistant.understanding.context import build_context, is_mere_claim
from assistant.understanding.mood import judge
from knowledge.bot.rules import Certified, Rule, certified, list_rules, rule_for, spent, takes_part
from knowledge.customers import links, timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.conversations import Conversation, get_conversation
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, StatusChanged
from knowledge.customers.record import get_customer
from knowledge.customers.record_entries import IdentityProven
from knowledge.ids import ConversationId, EntryId
from knowledge.scope import Scope

READ = 200
# After a person's last word the bot keeps out for so long, whoever owns the conversation by then.
PERSON_STAYS = timedelta(hours=24)
# A mood this bad (-1 to 1, English only) is more than a bad day: 0.5 % of plain questions to a bank sound like it.
ANGRY = -0.75
SAME_WORDS = 85.0
LEAST_REPEATED = 3


@dataclass(frozen=True)
class Spoken:
    """The live part of a conversation: since it was last resolved.

    `turn` are the customer's messages that nobody has answered, oldest first; `earlier` what they said before it.
    `proven` is the entry with which they showed since then who they are.
    """

    turn: tuple[Entry, ...] = ()
    earlier: tuple[str, ...] = ()
    decided: tuple[BotDecided, ...] = ()
    person_at: datetime | None = None
    bot_spoke: bool = False
    proven: EntryId | None = None

    @property
    def text(self) -> str:
        """The turn as one text."""
        return "\n".join(entry.payload.text for entry in self.turn if isinstance(entry.payload, MessageReceived))

    @property
    def answers(self) -> EntryId:
        """What a decision is about: the last message of the turn, or the proof that came after it."""
        return self.proven or self.turn[-1].id

    @property
    def handed_over(self) -> bool:
        """Whether the bot has passed this contact on."""
        return any(one.action == "hand_off" and one.sent for one in self.decided)

    @property
    def clarified(self) -> int:
        """How often the bot asked back about the question."""
        return sum(one.action == "ask_back" and one.sent is not None and not one.reason for one in self.decided)

    @property
    def asked_who(self) -> bool:
        """Whether the bot asked them to show who they are."""
        return any(one.asks_who and one.sent for one in self.decided)

    @property
    def answered(self) -> int:
        """How often the bot answered."""
        return sum(one.action == "answer" and one.sent is not None for one in self.decided)


@dataclass(frozen=True)
class Sight:
    """Everything the gate knows before a draft is written.

    `language` is that of the customer's words, where they do not show one that on record, "" where none is.
    """

    conversation: Conversation
    spoken: Spoken
    rule: Rule
    language: str
    topic: str
    context: Context
    certificate: Certified | None
    spent_today: int
    takes_part: bool
    caller: Caller


@dataclass(frozen=True)
class Reading:
    """What reading needs besides the record: the budget of a context, and what names the topic of a turn."""

    context_tokens: int
    topic: str = ""


def read_spoken(entries: Sequence[Entry]) -> Spoken:
    """Return the live part of a conversation from its entries, oldest first."""
    seen = Spoken()
    for entry in entries:
        seen = _step(seen, entry)
    return seen


def _step(seen: Spoken, entry: Entry) -> Spoken:
    payload = entry.payload
    match payload:
        case StatusChanged(status="resolved"):
            return Spoken()
        case MessageReceived() | IdentityProven():
            return _heard(seen, entry)
        case MessageSent(holding=True):
            return _with(seen, bot_spoke=seen.bot_spoke or payload.author == "bot")
        case MessageSent():
            by_bot = payload.author == "bot"
            said = (seen.text,) if seen.turn else ()
            return _with(
                seen,
                turn=(),
                proven=None,
                earlier=(*seen.earlier, *said),
                bot_spoke=seen.bot_spoke or by_bot,
                person_at=seen.person_at if by_bot else entry.at,
            )
        case BotDecided():
            return _with(seen, decided=(*seen.decided, payload))
    return seen


def _heard(seen: Spoken, entry: Entry) -> Spoken:
    if isinstance(entry.payload, MessageReceived):
        return _with(seen, turn=(*seen.turn, entry), proven=None)
    return _with(seen, proven=entry.id) if seen.turn else seen


def _with(seen: Spoken, **changes: object) -> Spoken:
    return Spoken(**{**vars(seen), **changes})


def see(session: Session, scope: Scope, conversation: ConversationId, reading: Reading, now: datetime) -> Sight | None:
    """Read what the gate needs; `None` when the customer waits for nothing.

    Raises:
        NotFound: there is no such conversation.
    """
    found = get_conversation(session, scope, conversation)
    seen = read_spoken(timeline.page(session, scope, conversation=conversation, limit=READ))
    if not seen.turn:
        return None
    rule = rule_for(list_rules(session, scope), found.channel, reading.topic)
    on_record = get_customer(session, scope, found.customer).language.partition("-")[0].lower()
    return Sight(
        conversation=found,
        spoken=seen,
        rule=rule,
        language=spoken([*seen.earlier, seen.text]) or on_record,
        topic=reading.topic,
        context=build_context(session, scope, found, reading.context_tokens),
        certificate=certified(session, scope),
        spent_today=spent(session, scope, now.date()),
        takes_part=takes_part(rule, conversation),
        caller=caller_of(session, scope, found),
    )


def caller_of(session: Session, scope: Scope, conversation: Conversation) -> Caller:
    """Return for whom tools may be used: proven is who holds a verified address besides a mere chat session."""
    customer = get_customer(session, scope, conversation.customer)
    known = any(one.verified and one.handle.kind != "chat" for one in customer.handles)
    proven = known and not is_mere_claim(customer, conversation.address)
    return Caller(tuple(links.proven_records(session, scope, conversation.customer)), conversation.id, proven)


def is_with_a_person(sight: Sight, now: datetime) -> bool:
    """Tell whether a person has this contact: they spoke lately, or the bot passed it on."""
    spoke = sight.spoken.person_at
    return sight.spoken.handed_over or (spoke is not None and now - spoke < PERSON_STAYS)


def misses(sight: Sight) -> int:
    """Return how often the bot missed: each question back, and each answer that the customer refuses now."""
    refused = sight.spoken.answered > 0 and shows(sight.spoken.text, "refused", sight.language)
    return sight.spoken.clarified + int(refused)


def is_repeated(sight: Sight) -> bool:
    """Tell whether the customer says again what the bot has answered already."""
    from rapidfuzz import fuzz

    said = plain(sight.spoken.text)
    if not sight.spoken.bot_spoke or len(said.split()) < LEAST_REPEATED:
        return False
    return any(fuzz.token_sort_ratio(said, plain(before)) >= SAME_WORDS for before in sight.spoken.earlier)


def is_angry(sight: Sight) -> bool:
    """Tell whether the turn sounds angry: by a word of its language, by shouting, or by the mood of it as a whole."""
    text = sight.spoken.text
    if shows(text, "anger", sight.language) or is_shouting(text):
        return True
    score = judge(text).score
    return score is not None and score <= ANGRY


def asks_for_person(sight: Sight) -> bool:
    """Tell whether any message of the turn, or all of it, asks for a person."""
    said = [entry.payload.text for entry in sight.spoken.turn if isinstance(entry.payload, MessageReceived)]
    return any(wants_person(text) for text in (*said, sight.spoken.text))
