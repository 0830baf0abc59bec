"""The pages people look at: the console, the sign-in, the customer's chat."""

from fastapi import APIRouter

from api.pages import (
    bot,
    console,
    customers,
    identity,
    learning,
    library,
    load,
    myself,
    outreach,
    practising,
    public,
    report,
    reviewing,
    surveys,
    working,
)
from api.pages.drawing import mount_static
from api.pages.public import failure_page

__all__ = ["failure_page", "mount_static", "router"]

router = APIRouter(include_in_schema=False)
_PARTS = (
    public,
    console,
    customers,
    identity,
    library,
    learning,
    load,
    bot,
    outreach,
    practising,
    myself,
    report,
    reviewing,
    surveys,
    working,
)
for _part in _PARTS:
    router.include_router(_part.router)
