"""Routes of the bot: its rules by channel and topic, what certifies it, how it did, and verdicts on what it said."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, Field

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.schemas import EntryOut, Input, Output, without_nul
from api.topics import check_topic
from assistant.answering import judging, outcomes
from assistant.answering.drift import Drift
from assistant.answering.judging import Verdict
from assistant.gate.certify import CONFIDENCE, items_needed
from assistant.tools import proposing
from assistant.tools.proposing import Say
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers.bot_entries import BotMode
from knowledge.failures import Conflict
from knowledge.ids import EntryId

router = APIRouter(prefix="/api/bot", tags=["bot"])
Name = Annotated[str, AfterValidator(without_nul)]
ProposalPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
EntryPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class RuleIn(Input):
    """How the bot works on a channel and a topic ("" stands for all), in a share of the conversations."""

    channel: Annotated[Name, Field(max_length=32)] = ""
    topic: Annotated[Name, Field(max_length=64)] = ""
    mode: BotMode
    share: Annotated[float, Field(ge=0, le=1)] = 1.0


class RuleOut(Output):
    """A rule with who set it and when."""

    channel: str
    topic: str
    mode: BotMode
    share: float
    author: str
    at: datetime | None


class CertificateOut(Output):
    """What certifies the bot; `threshold` null: nothing does."""

    risk: float
    confidence: float
    threshold: float | None
    items: int
    answered: int
    wrong: int
    source: str
    author: str
    at: datetime | None


class CountOut(BaseModel):
    """One definition of resolved: how many of those whose window is over, and how many windows are open."""

    kind: outcomes.Kind
    resolved: int
    of: int
    open: int


class DriftOut(Output):
    """Whether customers ask about other things than before the certificate; `alarm`: it answers nothing on its word."""

    alarm: bool
    p_value: float
    known: int
    fresh: int


class BotOut(BaseModel):
    """The bot as it is set and how its conversations ended, by four definitions.

    `labels` are judged answers, `customers` whose they are (one label of each counts), `wrong` how many were wrong;
    `needed` how many, none of them wrong, a bound of 5 % takes; `drift` is null without a certificate.
    """

    rules: list[RuleOut]
    certificate: CertificateOut | None
    drift: DriftOut | None
    labels: int
    customers: int
    wrong: int
    needed: int
    outcomes: list[CountOut]


class CertificateIn(Input):
    """The share of wrong answers to certify, and how surely."""

    risk: Annotated[float, Field(ge=0.001, le=0.5)] = judging.RISK
    confidence: Annotated[float, Field(ge=0.5, le=0.999)] = CONFIDENCE


class VerdictIn(Input):
    """Whether the bot was right, and why."""

    right: bool
    reason: Annotated[str, Field(max_length=2_000), AfterValidator(without_nul)] = ""


@router.get("", responses=responses(401, 403))
def show(parts: PartsHere) -> BotOut:
    """Return how the bot is set, what certifies it, and how its conversations ended."""
    now = parts.clock()
    with parts.database.read() as session:
        found = rules.certified(session, parts.scope)
        ended = outcomes.counts(outcomes.read_outcomes(session, parts.scope, now), now)
        judged = judging.tally(judging.labels(session, parts.scope))
        ruled = rules.list_rules(session, parts.scope)
    return BotOut(
        rules=[RuleOut.of(rule) for rule in ruled],
        certificate=CertificateOut.of(found) if found else None,
        drift=DriftOut.of(drift) if (drift := drift_of(parts, found)) else None,
        labels=judged.answers,
        customers=judged.customers,
        wrong=judged.wrong,
        needed=judged.needed[0],
        outcomes=[CountOut(**vars(one)) for one in ended],
    )


def drift_of(parts: PartsHere, certified: Certified | None) -> Drift | None:
    """Return how far what is asked since a certificate is from what was asked before; `None` without one."""
    if certified is None or certified.at is None:
        return None
    return parts.drifting.since(parts.database, parts.scope, certified.at)


@router.put("/rules", responses=responses(400, 401, 403, 413, 422))
def set_rule(parts: PartsHere, staff: StaffHere, given: RuleIn) -> RuleOut:
    """Set how the bot works on a channel and a topic; what was set before stays in the history."""
    rule = Rule(given.channel.strip(), given.topic.strip(), given.mode, given.share, staff.email)
    check_topic(parts.settings, parts.service, rule.topic)
    with parts.database.write() as session:
        return RuleOut.of(rules.set_rule(session, parts.scope, rule, parts.clock()))


@router.post("/certificate", status_code=201, responses=responses(400, 401, 403, 409, 413, 422))
def certify(parts: PartsHere, staff: StaffHere, given: CertificateIn) -> CertificateOut:
    """Certify the bot anew from all verdicts; where they certify nothing, it answers nothing from the library."""
    with parts.database.read() as session:
        known = judging.labels(session, parts.scope)
        others = judging.unlabelled_chances(session, parts.scope, known)
    found = judging.certificate_of(known, others, given.risk, given.confidence)
    if not known:
        needed = items_needed(given.risk, given.confidence)
        raise Conflict("Nobody has judged an answer of the bot yet.", f"At least {needed} customers' are needed.")
    kept = judging.as_certified(found, "verdicts of colleagues", staff.email)
    with parts.database.write() as session:
        return CertificateOut.of(rules.certify(session, parts.scope, kept, parts.clock()))


class ProposalIn(Input):
    """Yes or no to what the bot proposes."""

    approved: bool


@router.post("/proposals/{proposal}", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def settle(parts: PartsHere, staff: StaffHere, proposal: ProposalPath, given: ProposalIn) -> EntryOut:
    """Agree to what the bot proposes, or refuse it; a yes is carried out at once, and at most once."""
    said = Say(EntryId(proposal), given.approved, staff.email)
    return EntryOut.of(proposing.settle(parts.bot.toolbox, parts.database, parts.scope, said, parts.clock()))


@router.post("/decisions/{decision}/verdict", status_code=201, responses=responses(400, 401, 403, 404, 413, 422))
def judge(parts: PartsHere, staff: StaffHere, decision: EntryPath, given: VerdictIn) -> EntryOut:
    """Say whether what the bot said (or would have said) was right; it becomes a label."""
    verdict = Verdict(EntryId(decision), given.right, staff.email, given.reason)
    with parts.database.write() as session:
        return EntryOut.of(judging.judge(session, parts.scope, verdict, parts.clock()))
