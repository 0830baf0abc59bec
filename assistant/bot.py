"""The bot: answers a turn by itself only when every condition holds, else asks back, hands over or stays out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.answering import seeing
from assistant.answering.drafted import Drafted, draft
from assistant.answering.posting import Posted, post
from assistant.answering.seeing import Reading, Sight
from assistant.answering.words import all_words, is_thanks, shows
from assistant.sentences import content_words
from assistant.suggest import Assistant
from assistant.tools.toolbox import Toolbox
from knowledge.customers.bot_entries import BotDecided, BotReason
from knowledge.database import Database
from knowledge.ids import ConversationId
from knowledge.scope import Scope

# So many questions back in one contact; the next one goes to a person.
MOST_CLARIFICATIONS = 2
MOST_MISSES = 2


@dataclass(frozen=True)
class Answer:
    """Say this; `drafted` holds what it rests on."""

    drafted: Drafted


@dataclass(frozen=True)
class AskBack:
    """Ask the customer for what is missing."""

    drafted: Drafted


@dataclass(frozen=True)
class AskWho:
    """Ask the customer to show who they are: what they ask about is in a record that is told to its owner alone."""

    drafted: Drafted


@dataclass(frozen=True)
class HandOff:
    """Pass it on to a person, and say so; `drafted` is what there was, for them to see."""

    reason: BotReason
    drafted: Drafted | None = None


@dataclass(frozen=True)
class Stay:
    """Say nothing: the conversation is in the queue, with a person, or was overtaken."""

    reason: BotReason


Decision = Answer | AskBack | AskWho | HandOff | Stay


@dataclass(frozen=True)
class Load:
    """How busy the conversation's queue is: whether it is a peak, and the wait to expect in seconds (if known).

    `opens` is when the next person is at work, on their own clock; `None`: somebody is.
    """

    peak: bool = False
    wait_seconds: float | None = None
    opens: datetime | None = None


# What a bot without tools uses.
NO_TOOLS = Toolbox()


def no_topic(_text: str) -> str:
    """Name no topic: only rules by channel apply then."""
    return ""


def never(_certified_at: datetime) -> bool:
    """Notice no drift: nobody watches."""
    return False


@dataclass(frozen=True)
class Bot:
    """What the bot needs. `languages` are those the embedder is good for; `load` is asked for a queue's state.

    `daily_tokens` is the most that models may use on one day (UTC); 0: no model is ever asked once one would cost.
    `codes`: in the web chat customers can show by a code who they are.
    `drifted` tells whether customers ask about other things now than before a certificate of this time.
    """

    assistant: Assistant
    load: Callable[[str, datetime], Load]
    company: str = ""
    languages: frozenset[str] = frozenset({"en"})
    topic_of: Callable[[str], str] = no_topic
    daily_tokens: int = 1_000_000
    toolbox: Toolbox = NO_TOOLS
    drifted: Callable[[datetime], bool] = never
    codes: bool = False


def attend(
    bot: Bot, database: Database, scope: Scope, conversation: ConversationId, now: datetime
) -> BotDecided | None:
    """Look at a conversation's last turn, think, and act on it; `None` when there was nothing to decide.

    It may be called again for the same turn: that is decided once. Nothing is posted unless owner, status and the last
    messages still are, in the transaction that posts, what they were when it looked.

    Raises:
        NotFound: there is no such conversation.
        Unavailable: the embedder cannot be used.
    """
    sight = look(bot, database, scope, conversation, now)
    if sight is None:
        return None
    load = bot.load(sight.conversation.channel, now)
    decision = think(bot, sight, load, now)
    return act(database, scope, Posted(sight, load.wait_seconds, now, bot.company, load.opens), decision)


def look(bot: Bot, database: Database, scope: Scope, conversation: ConversationId, now: datetime) -> Sight | None:
    """Read what there is to know before a draft; `None` when the customer waits for nothing.

    Raises:
        NotFound: there is no such conversation.
    """
    tokens = bot.assistant.context_tokens
    with database.read() as session:
        sight = seeing.see(session, scope, conversation, Reading(tokens), now)
        topic = bot.topic_of(sight.spoken.text) if sight else ""
        return seeing.see(session, scope, conversation, Reading(tokens, topic), now) if topic else sight


def think(bot: Bot, sight: Sight, load: Load, now: datetime) -> Decision:
    """Decide about the turn: cheap conditions first, a draft only when they hold."""
    early = before(bot, sight, load, now)
    if early is not None:
        return early
    drafted = draft(bot.assistant, sight, bot.toolbox)
    if drafted.refused and can_prove(bot, sight):
        return AskWho(drafted)
    decision = after(sight, drafted)
    return HandOff("drift", drafted) if has_drifted(bot, sight, decision) else decision


def act(database: Database, scope: Scope, posted: Posted, decision: Decision) -> BotDecided | None:
    """Carry a decision out in one transaction, unless the conversation has moved on."""
    match decision:
        case Stay(reason):
            return post(database, scope, posted, "stay", reason)
        case HandOff(reason, drafted):
            return post(database, scope, posted, "hand_off", reason, drafted)
        case AskBack(drafted):
            return post(database, scope, posted, "ask_back", "", drafted)
        case AskWho(drafted):
            return post(database, scope, posted, "ask_back", "identity", drafted)
        case Answer(drafted):
            return post(database, scope, posted, "answer", "", drafted)


def before(bot: Bot, sight: Sight, load: Load, now: datetime) -> Decision | None:
    """Return what is decided without a draft, `None` when one is worth writing. The first condition that bites wins."""
    out = keeps_out(sight, now)
    if out is not None:
        return Stay(out)
    if seeing.asks_for_person(sight):
        return HandOff("asked_for_person")
    idle = asks_nothing(sight)
    if idle:
        return Stay(idle)
    reason = needs_person(bot, sight)
    quiet = sight.rule.mode == "peak" and not load.peak
    if quiet and not sight.spoken.bot_spoke:
        return Stay("no_peak")
    if reason or quiet:
        # Who has heard from the bot is never left without a word.
        return HandOff(reason or "no_peak")
    return None


def asks_nothing(sight: Sight) -> BotReason:
    """Return why the turn wants no answer: mere thanks for one, or no word of meaning; "" when it wants one."""
    if sight.spoken.answered and is_thanks(sight.spoken.text, sight.language):
        return "thanked"
    return "" if content_words(sight.spoken.text) else "nothing_asked"


def keeps_out(sight: Sight, now: datetime) -> BotReason | None:
    """Return why the bot has no business in this conversation, `None` when it may act."""
    found = sight.conversation
    checks: tuple[tuple[BotReason, bool], ...] = (
        ("off", sight.rule.mode == "off"),
        ("closed", found.status == "resolved"),
        ("owned", found.owner is not None),
        ("with_a_person", seeing.is_with_a_person(sight, now)),
        ("public", found.public),
        ("not_in_rollout", not sight.takes_part),
    )
    return next((reason for reason, holds in checks if holds), None)


def needs_person(bot: Bot, sight: Sight) -> BotReason:
    """Return why a person has to take this turn whatever the library says, "" when none has to."""
    covered = bot.languages & all_words().keys()
    checks: tuple[tuple[BotReason, bool], ...] = (
        ("language", sight.language not in covered),
        ("sensitive", shows(sight.spoken.text, "sensitive", sight.language)),
        ("anger", seeing.is_angry(sight)),
        ("two_misses", seeing.misses(sight) >= MOST_MISSES),
        ("repetition", seeing.is_repeated(sight)),
        ("spend", sight.spent_today >= bot.daily_tokens),
    )
    return next((reason for reason, holds in checks if holds), "")


def after(sight: Sight, drafted: Drafted) -> Decision:
    """Decide on a draft: it goes out only when it is sure enough, certified and borne out sentence by sentence."""
    if drafted.proposed or drafted.refused:
        return HandOff("proposed" if drafted.proposed else "identity", drafted)
    if drafted.shown.decision == "ask_back":
        enough = sight.spoken.clarified >= MOST_CLARIFICATIONS
        return HandOff("asked_enough", drafted) if enough else AskBack(drafted)
    if drafted.shown.decision != "answer":
        return HandOff("no_answer", drafted)
    reason = unfit(sight, drafted)
    return HandOff(reason, drafted) if reason else Answer(drafted)


def unfit(sight: Sight, drafted: Drafted) -> BotReason:
    """Return why an answer may not go out unread, "" when it may."""
    if not drafted.supported:
        return "unsupported"
    if drafted.from_record:
        return ""  # facts of the customer's own record, word for word; the context holds none without proof
    certificate = sight.certificate
    if certificate is None or certificate.threshold is None:
        return "uncertified"
    return "unsure" if drafted.chance is None or drafted.chance < certificate.threshold else ""


def can_prove(bot: Bot, sight: Sight) -> bool:
    """Tell whether the customer can be asked to show who they are: in the web chat, once in a contact."""
    return bot.codes and sight.conversation.channel == "chat" and not sight.caller.proven and not sight.spoken.asked_who


def has_drifted(bot: Bot, sight: Sight, decision: Decision) -> bool:
    """Tell whether an answer from the library rests on a certificate that was made on other questions than these."""
    certificate = sight.certificate
    if not isinstance(decision, Answer) or decision.drafted.from_record or certificate is None:
        return False
    return certificate.at is not None and bot.drifted(certificate.at)
