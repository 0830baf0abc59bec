"""Looking for lessons: what colleagues sent after suggestions, and what was asked without an answer."""

from datetime import timedelta

from api.parts import Parts
from assistant.learning import Learnt, keep, read_examples
from evals.report.gaps import find_gaps, read_unanswered
from knowledge.ids import CustomerId
from knowledge.library.lessons import Source

DAYS = 90


def look(parts: Parts, days: int = DAYS) -> int:
    """Read the last days' conversations and keep what is new for people to decide on; returns how many lessons.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    now = parts.clock()
    since, embed = now - timedelta(days=days), parts.search.embedder.embed
    with parts.database.read() as session:
        examples = read_examples(session, parts.scope, since)
        asked = read_unanswered(session, parts.scope, since)
    gaps = [
        Learnt("gap", gap.question, gap.draft, tuple(Source(one, CustomerId(whose)) for one, whose in gap.members))
        for gap in find_gaps(asked, embed)
    ]
    return keep(parts.database, parts.scope, [*gaps, *examples], embed, now)
