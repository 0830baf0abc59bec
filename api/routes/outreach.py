"""Routes of reaching out first: what waits for a yes, what came of it, and stopping it for a customer."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, Field

from api.access import PartsHere, StaffHere
from api.failures import responses
from api.outreach.outreaching import open_campaign
from api.routes.customers import CustomerPath
from api.schemas import EntryOut, Input, Output, without_nul
from assistant.outreach.approving import Said, approve
from assistant.outreach.report import Told, report
from assistant.outreach.sampling import Sample, read_samples, waiting
from assistant.outreach.stopping import stop
from knowledge.customers.entries import Entry
from knowledge.customers.outreach_entries import OutreachStopped
from knowledge.failures import Conflict
from knowledge.ids import CustomerId, EntryId

router = APIRouter(prefix="/api", tags=["outreach"])
ProposalPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class UpliftOut(Output):
    """A difference between those written to and those held out, with its 95 % interval."""

    value: float
    low: float
    high: float
    written: int
    held_out: int


class TriggerOut(BaseModel):
    """What came of one trigger; `contacts` and `ratings` are null until 14 days are over for people of both groups."""

    trigger: str
    counts: dict[str, int]
    refusals: dict[str, int]
    contacts: UpliftOut | None
    ratings: UpliftOut | None


class SampleOut(BaseModel):
    """A sampled trigger: how many messages wait to be looked at, how many wait for those, and the latest word.

    The rest goes once everything was looked at and the latest word is a yes; a no turns down all that waits.
    """

    trigger: str
    looking: int
    rest: int
    said: bool | None

    @classmethod
    def of(cls, trigger: str, found: Sample) -> Self:
        """Return the sample as it goes out."""
        return cls(trigger=trigger, looking=len(found.looking), rest=len(found.rest), said=found.said)


class OutreachOut(BaseModel):
    """Proposals that wait for a yes or no, samples that others wait for, and what came of every trigger."""

    waiting: list[EntryOut]
    samples: list[SampleOut]
    triggers: list[TriggerOut]


class DecisionIn(Input):
    """Yes or no to a proposal."""

    approved: bool


class StopIn(Input):
    """How the customer said so."""

    how: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(without_nul)] = "told us"


class StopOut(BaseModel):
    """`fresh`: it did not stand already."""

    fresh: bool


@router.get("/outreach", responses=responses(401, 403))
def show(parts: PartsHere) -> OutreachOut:
    """Return what waits for a yes or no, and what came of every trigger."""
    now, campaign = parts.clock(), open_campaign(parts.settings)
    with parts.database.read() as session:
        found = waiting(session, parts.scope, campaign.plan, now) if campaign else []
        samples = read_samples(session, parts.scope, campaign.plan, now) if campaign else {}
        told = report(session, parts.scope, now)
    return OutreachOut(
        waiting=[EntryOut.of(one) for one in found],
        samples=[SampleOut.of(name, one) for name, one in samples.items()],
        triggers=[_out(one) for one in told],
    )


def _out(told: Told) -> TriggerOut:
    def uplift(found: Any) -> UpliftOut | None:
        return UpliftOut.of(found) if found else None

    return TriggerOut(
        trigger=told.trigger,
        counts=told.counts,
        refusals=told.refusals,
        contacts=uplift(told.contacts),
        ratings=uplift(told.ratings),
    )


@router.post("/outreach/proposals/{proposal}", status_code=201, responses=responses(400, 401, 403, 404, 409, 413, 422))
def decide(parts: PartsHere, staff: StaffHere, proposal: ProposalPath, given: DecisionIn) -> EntryOut:
    """Approve a message or turn it down; `outreach_refused` comes back when the guard says no by now."""
    return EntryOut.of(settle(parts, Said(EntryId(proposal), given.approved, staff.email)))


def settle(parts: PartsHere, said: Said) -> Entry:
    """Settle a proposal by the campaign that is set.

    Raises:
        Conflict: no file of triggers is set, or it was settled before.
        NotFound: there is no such proposal.
    """
    campaign = open_campaign(parts.settings)
    if campaign is None:
        raise Conflict("No file of triggers is set.", "Set THREADLINE_OUTREACH to a YAML file: docs/outreach.md.")
    return approve(parts.database, parts.scope, campaign, said, parts.clock())


@router.post("/customers/{customer}/outreach-stop", responses=responses(400, 401, 403, 404, 413, 422))
def stop_for(parts: PartsHere, staff: StaffHere, customer: CustomerPath, given: StopIn) -> StopOut:
    """Write down that a customer wants nothing that we send first; it counts at once, on every channel."""
    with parts.database.write() as session:
        said = OutreachStopped(given.how, staff.email)
        return StopOut(fresh=stop(session, parts.scope, CustomerId(customer), said, parts.clock()))
