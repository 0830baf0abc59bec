"""Rules: in which mode the bot works, by channel and topic, for which share of conversations; history is kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.bot.tables import BotCertificateRow, BotRuleRow, BotSpendRow
from knowledge.customers.bot_entries import BotMode
from knowledge.failures import Rejected
from knowledge.ids import ConversationId
from knowledge.scope import Scope, within

MODES: tuple[BotMode, ...] = get_args(BotMode)
MOST_CHARS = {"channel": 32, "topic": 64}


@dataclass(frozen=True)
class Rule:
    """How the bot works where `channel` and `topic` fit ("" fits all), in `share` (0 to 1) of the conversations."""

    channel: str = ""
    topic: str = ""
    mode: BotMode = "off"
    share: float = 1.0
    author: str = ""
    at: datetime | None = None

    @property
    def weight(self) -> tuple[bool, bool]:
        """How narrow it is: a topic counts for more than a channel."""
        return bool(self.topic), bool(self.channel)

    def fits(self, channel: str, topic: str) -> bool:
        """Tell whether it says something about conversations of this channel and topic."""
        return self.channel in ("", channel) and self.topic in ("", topic)


OFF = Rule()


@dataclass(frozen=True)
class Certified:
    """The certificate in force: answers from `threshold` on are wrong at most `risk` of the time.

    That is said with `confidence`, from `wrong` of `answered` labelled answers; `threshold` `None` certifies nothing.
    """

    risk: float
    confidence: float
    threshold: float | None
    items: int
    answered: int
    wrong: int
    source: str
    author: str
    at: datetime | None = None


def set_rule(session: Session, scope: Scope, rule: Rule, now: datetime) -> Rule:
    """Set a rule; what was there before stays in its history.

    Raises:
        Rejected: no such mode, a share that is none, or a name that is too long or not printable.
    """
    if rule.mode not in MODES:
        raise Rejected(f"{rule.mode} is no mode.", f"Modes are {', '.join(MODES)}.")
    if not 0.0 <= rule.share <= 1.0:
        raise Rejected("The share of conversations lies between 0 and 1.")
    for name, most in MOST_CHARS.items():
        given = getattr(rule, name)
        if len(given) > most or not given.isprintable() or given != given.strip():
            raise Rejected(f"The {name} is too long or holds what cannot be printed.", f"At most {most} characters.")
    row = BotRuleRow(
        team=scope.team,
        brand=scope.brand,
        channel=rule.channel,
        topic=rule.topic,
        mode=rule.mode,
        share=rule.share,
        author=rule.author,
        at=now,
    )
    session.add(row)
    session.flush()
    return _rule(row)


def list_rules(session: Session, scope: Scope) -> list[Rule]:
    """Return the rules in force, the widest first."""
    latest = (
        select(func.max(BotRuleRow.id)).where(within(scope, BotRuleRow)).group_by(BotRuleRow.channel, BotRuleRow.topic)
    )
    rows = session.scalars(select(BotRuleRow).where(BotRuleRow.id.in_(latest)))
    return sorted((_rule(row) for row in rows), key=lambda rule: (rule.weight, rule.channel, rule.topic))


def history(session: Session, scope: Scope, limit: int = 100) -> list[Rule]:
    """Return what was set, by whom and when, the latest first."""
    query = select(BotRuleRow).where(within(scope, BotRuleRow)).order_by(BotRuleRow.id.desc()).limit(limit)
    return [_rule(row) for row in session.scalars(query)]


def rule_for(rules: Sequence[Rule], channel: str, topic: str) -> Rule:
    """Return the narrowest rule that fits; the bot is off where none does."""
    fitting = [rule for rule in rules if rule.fits(channel, topic)]
    return max(fitting, key=lambda rule: rule.weight, default=OFF)


def takes_part(rule: Rule, conversation: ConversationId) -> bool:
    """Tell whether a conversation belongs to the share that the bot works for: the same one each time it is asked.

    A larger share holds all conversations of a smaller one, so widening a rollout takes nobody out.
    """
    place = int(hashlib.sha256(conversation.encode()).hexdigest()[:12], 16) / 16**12
    return place < rule.share


def certify(session: Session, scope: Scope, given: Certified, now: datetime) -> Certified:
    """Put a certificate in force."""
    told = {name: value for name, value in vars(given).items() if name != "at"}
    session.add(BotCertificateRow(team=scope.team, brand=scope.brand, at=now, **told))
    session.flush()
    return given


def certified(session: Session, scope: Scope) -> Certified | None:
    """Return the certificate in force, `None` when there never was one."""
    query = select(BotCertificateRow).where(within(scope, BotCertificateRow)).order_by(BotCertificateRow.id.desc())
    row = session.scalars(query.limit(1)).first()
    return Certified(**{name: getattr(row, name) for name in Certified.__dataclass_fields__}) if row else None


def spent(session: Session, scope: Scope, day: date) -> int:
    """Return how many tokens the bot used on a day (UTC)."""
    row = session.get(BotSpendRow, (scope.team, scope.brand, day))
    return row.tokens if row else 0


def spend(session: Session, scope: Scope, day: date, tokens: int) -> None:
    """Add what one turn used to its day; the caller's transaction holds the scope."""
    row = session.get(BotSpendRow, (scope.team, scope.brand, day), with_for_update=True)
    if row is None:
        row = BotSpendRow(team=scope.team, brand=scope.brand, day=day, tokens=0, turns=0)
        session.add(row)
    row.tokens += tokens
    row.turns += 1
    session.flush()


def _rule(row: BotRuleRow) -> Rule:
    return Rule(row.channel, row.topic, cast(BotMode, row.mode), row.share, row.author, row.at)
