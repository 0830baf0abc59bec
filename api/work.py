"""The one list of background work: every job and every reaction that a worker runs."""

from api.channels.delivering import DELIVER
from api.channels.email.fetching import FETCH_MAIL
from api.worker.bot import BOT
from api.worker.chores import RETAIN, TIDY_FILES
from api.worker.outreach import FOLLOW_SAMPLE, HEAR_STOP, REACH_OUT
from api.worker.reports import REPORT
from api.worker.routing import ROUTE
from api.worker.sites import SYNC
from api.worker.surveys import SURVEYS
from api.worker.understanding import ALIKE, FACTS, GROUP, MOOD
from api.worker.wording import WORD
from api.worker.work import Job, Reaction, Works

JOBS: tuple[Job, ...] = (
    RETAIN,
    TIDY_FILES,
    FETCH_MAIL,
    SYNC,
    ROUTE,
    SURVEYS,
    REACH_OUT,
    REPORT,
    ALIKE,
)
REACTIONS: tuple[Reaction, ...] = (
    DELIVER,
    GROUP,
    BOT,
    MOOD,
    FACTS,
    FOLLOW_SAMPLE,
    HEAR_STOP,
    WORD,
)


def works() -> Works:
    """Return all of it."""
    return Works(JOBS, REACTIONS)
