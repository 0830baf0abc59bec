"""Rewriting an agent's own text: what can be done here, and doing it."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from api.access import PartsHere
from api.failures import responses
from api.schemas import Input, without_nul
from assistant.rewriting import MAX_CHARS, Action

router = APIRouter(prefix="/api/rewrites", tags=["assistant"])


class RewriteIn(Input):
    """The text as the agent has it, what to do, and for a translation into which language (a code)."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_CHARS), AfterValidator(without_nul)]
    action: Action
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z]{2,4})?$")] = "en"


class RewriteOut(BaseModel):
    """The text rewritten; `by` is `rules` or the model."""

    text: str
    by: str


class RewritesOut(BaseModel):
    """What can be done here, and by whom."""

    actions: list[Action]
    by: str


@router.get("", responses=responses(401, 403))
def possible(parts: PartsHere) -> RewritesOut:
    """Say what can be done to a text: by rules without a model, everything with one."""
    return RewritesOut(actions=list(parts.rewriter.actions), by=parts.rewriter.by)


@router.post("", responses=responses(400, 401, 403, 413, 422, 503))
def rewrite(parts: PartsHere, given: RewriteIn) -> RewriteOut:
    """Rewrite a text. Nothing is stored; a model's version that changes numbers or links is refused."""
    return RewriteOut(text=parts.rewriter.rewrite(given.text, given.action, given.language), by=parts.rewriter.by)
