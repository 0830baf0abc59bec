"""Judging: agents say whether the bot was right; their words are the labels that certify it or stop it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.gate.certify import CONFIDENCE, Certificate, Scored, certify, exceeded, items_needed, sequence
from knowledge.bot import rules
from knowledge.bot.rules import Certified
from knowledge.customers import inbox, timeline
from knowledge.customers.bot_entries import BotDecided, BotJudged
from knowledge.customers.entries import Entry
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import ENTRIES, NewEntry, read_row
from knowledge.failures import NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId
from knowledge.scope import Scope, within

MAX_REASON_CHARS = 2_000
# The share of wrong answers that is certified unless another is asked for.
RISK = 0.05
# What the certificate says that takes the place of one whose risk was shown to be exceeded.
EXCEEDED = "stopped: of the answers since the last certificate more were judged wrong than it allows"
AT_ONCE = 500


@dataclass(frozen=True)
class Label:
    """One judged decision of the bot: the chance it gave itself, and whether a colleague found it right."""

    decision: EntryId
    customer: CustomerId
    conversation: ConversationId
    chance: float
    right: bool
    posted: bool
    at: datetime


@dataclass(frozen=True)
class Tally:
    """The verdicts so far: `customers` are how many count; `needed` how many a bound takes with 0, 1, 2 wrong."""

    answers: int
    customers: int
    wrong: int
    needed: tuple[int, ...]


def tally(known: Sequence[Label], risk: float = RISK) -> Tally:
    """Return how many answers are judged, and how many a certificate of so much risk takes."""
    needed = tuple(items_needed(risk, CONFIDENCE, wrong) for wrong in range(3))
    return Tally(len(known), len({one.customer for one in known}), sum(not one.right for one in known), needed)


@dataclass(frozen=True)
class Verdict:
    """A colleague's word on a decision: right or wrong, and why."""

    decision: EntryId
    right: bool
    author: str
    reason: str = ""


def judge(session: Session, scope: Scope, verdict: Verdict, now: datetime) -> Entry:
    """Keep a colleague's verdict; a later one on the same decision counts instead of it.

    Where the verdicts now show the certificate's risk exceeded, one that certifies nothing takes its place at once.

    Raises:
        NotFound: there is no such decision.
        Rejected: the bot did not answer there, or the reason is too long.
    """
    entry = timeline.get_entry(session, scope, verdict.decision)
    if not isinstance(entry.payload, BotDecided):
        raise NotFound("There is no such decision of the bot.")
    if not entry.payload.text or entry.payload.action == "stay":
        raise Rejected("The bot said nothing there that could be right or wrong.", "Judge one of its answers.")
    reason = inbox.clean(verdict.reason, 0, MAX_REASON_CHARS)
    judged = BotJudged(entry.id, verdict.right, verdict.author, reason)
    kept = timeline.append(session, scope, NewEntry(entry.customer, judged, now, entry.conversation), now)
    if not verdict.right:
        _stop_if_exceeded(session, scope, now)
    return kept


def _stop_if_exceeded(session: Session, scope: Scope, now: datetime) -> None:
    certified = rules.certified(session, scope)
    if certified is None or certified.threshold is None:
        return
    known = labels(session, scope)
    if has_failed(known, certified):
        posted = _posted_since(known, certified)
        wrong = sum(not one.right for one in posted)
        stopped = replace(certified, threshold=None, items=len(known), answered=len(posted), wrong=wrong)
        rules.certify(session, scope, replace(stopped, source=EXCEEDED, author="bot"), now)


def labels(session: Session, scope: Scope) -> list[Label]:
    """Return every judged answer with a chance, oldest first; of several verdicts the latest counts."""
    query = ENTRIES.where(of_kinds(scope, "bot_judged")).order_by(EntryRow.seq)
    verdicts: dict[EntryId, bool] = {}
    for row in session.execute(query):
        payload = read_row(row).payload
        if isinstance(payload, BotJudged):
            verdicts[payload.decision] = payload.right
    made = _decisions(session, scope, list(verdicts))
    found = [label for entry in made if (label := _label(entry, verdicts[entry.id]))]
    return sorted(found, key=lambda one: one.at)


def _label(entry: Entry, right: bool) -> Label | None:
    made = entry.payload
    if not isinstance(made, BotDecided) or made.chance is None or entry.conversation is None:
        return None
    posted = made.action == "answer" and made.sent is not None
    return Label(entry.id, entry.customer, entry.conversation, made.chance, right, posted, entry.at)


def _decisions(session: Session, scope: Scope, names: Sequence[EntryId]) -> Iterator[Entry]:
    for start in range(0, len(names), AT_ONCE):
        query = ENTRIES.where(within(scope, EntryRow), EntryRow.id.in_(names[start : start + AT_ONCE]))
        yield from map(read_row, session.execute(query))


def unlabelled_chances(session: Session, scope: Scope, known: Sequence[Label], limit: int = 5_000) -> list[float]:
    """Return the chances of decisions nobody judged: thresholds to test are laid out on these, never on the labels."""
    judged = {one.decision for one in known}
    query = select(EntryRow.id).where(of_kinds(scope, "bot_decided"))
    latest = session.scalars(query.order_by(EntryRow.seq.desc()).limit(limit))
    made = _decisions(session, scope, [EntryId(name) for name in latest if name not in judged])
    payloads = (entry.payload for entry in made)
    return [one.chance for one in payloads if isinstance(one, BotDecided) and one.chance is not None]


def certificate_of(known: Sequence[Label], others: Sequence[float], risk: float, confidence: float) -> Certificate:
    """Return what the labels certify at a risk. Of one customer only the first label counts: those of one are alike.

    Raises:
        ValueError: the risk or the confidence is not between 0 and 1.
    """
    first: dict[CustomerId, Label] = {}
    for one in known:
        first.setdefault(one.customer, one)
    scored = [Scored(one.chance, one.right) for one in first.values()]
    return certify(scored, sequence(others, len(scored), risk, confidence), risk, confidence)


def as_certified(found: Certificate, source: str, author: str) -> Certified:
    """Return a certificate in the form it is kept in."""
    return Certified(
        found.risk, found.confidence, found.threshold, found.items, found.answered, found.wrong, source, author
    )


def has_failed(known: Sequence[Label], certified: Certified) -> bool:
    """Tell whether verdicts on answers posted since a certificate show its risk exceeded; may be asked at any time."""
    posted = _posted_since(known, certified)
    return exceeded(sum(not one.right for one in posted), len(posted), certified.risk, certified.confidence)


def _posted_since(known: Sequence[Label], certified: Certified) -> list[Label]:
    since = certified.at
    return [one for one in known if one.posted and (since is None or one.at > since)]
