"""The pages people look at: the console, the sign-in, the customer's chat."""

from fastapi import APIRouter

from api.pages import bot, console, customers, identity, library, load, public, report, reviewing, surveys, working
from api.pages.drawing import mount_static
from api.pages.public import failure_page

__all__ = ["failure_page", "mount_static", "router"]

router = APIRouter(include_in_schema=False)
for _part in (public, console, customers, identity, library, load, bot, report, reviewing, surveys, working):
    router.include_router(_part.router)
