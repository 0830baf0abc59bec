"""Routes of the staff for managers: who works here, and what each knows, when they work, how much they take on."""

from collections.abc import Mapping
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel

from api.access import PartsHere
from api.failures import responses
from api.schemas import without_nul
from handoff.agents.agent import agent_of
from handoff.agents.profiles import Profile
from knowledge.staff.people import Role, Staff, list_staff, set_profile

router = APIRouter(prefix="/api/staff", tags=["routing"])
Email = Annotated[str, Path(max_length=320), AfterValidator(without_nul)]


class ColleagueOut(BaseModel):
    """A colleague as routing sees them; with a `problem`, what in their profile cannot be read, nothing is offered."""

    email: str
    name: str
    role: Role
    active: bool
    state: str
    profile: Mapping[str, object]
    problem: str

    @classmethod
    def of(cls, staff: Staff) -> Self:
        """Make it of a colleague."""
        return cls(
            email=staff.email,
            name=staff.name,
            role=staff.role,
            active=staff.active,
            state=staff.state,
            profile=staff.profile,
            problem=agent_of(staff).problem,
        )


class StaffOut(BaseModel):
    """Everybody who works or worked here, by name."""

    staff: list[ColleagueOut]


@router.get("", responses=responses(401, 403))
def list_all(parts: PartsHere) -> StaffOut:
    """Return everybody with their profile."""
    with parts.database.read() as session:
        return StaffOut(staff=[ColleagueOut.of(one) for one in list_staff(session, parts.scope)])


@router.put("/{email}/profile", responses=responses(400, 401, 403, 404, 413, 422))
def put_profile(parts: PartsHere, email: Email, given: Profile) -> ColleagueOut:
    """Write down what a colleague knows and when they work, in the place of the whole profile that was there."""
    profile = given.told()
    with parts.database.write() as session:
        return ColleagueOut.of(set_profile(session, parts.scope, email, profile))
