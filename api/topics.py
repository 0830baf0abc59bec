"""Topics by examples: the namer of the settings' file, for the bot's rules and the service plan."""

from collections.abc import Callable
from functools import cache, lru_cache

from assistant.understanding.topics import Embed, fit_topics, read_topics
from handoff.plan import Plan
from knowledge.failures import Rejected
from knowledge.settings import Settings

MOST_KEPT = 20_000
MOST_CHARS = 2_000


def open_topics(settings: Settings, embed: Embed) -> Callable[[str], str] | None:
    """Return what names a text's topic ("" for none of them), fitted when it is first asked; `None` without a file.

    Raises:
        Rejected: the file of topics cannot be read.
    """
    if settings.topics is None:
        return None
    examples = read_topics(settings.topics)
    fitted = cache(lambda: fit_topics(examples, embed))

    @lru_cache(MOST_KEPT)
    def named(text: str) -> str:
        return fitted().name(embed([text]))[0].topic

    return lambda text: named(text[:MOST_CHARS]) if text.strip() else ""


def topics_known(settings: Settings, service: Plan) -> tuple[str, ...]:
    """Return the topics that a message can be about: of the settings' file, else of the service plan.

    Raises:
        Rejected: the file of topics cannot be read.
    """
    return tuple(read_topics(settings.topics)) if settings.topics else tuple(service.topics)


def check_topic(settings: Settings, service: Plan, topic: str) -> None:
    """Refuse a topic that no message is ever about: a rule for it would do nothing.

    Raises:
        Rejected: it is none of those known, or the file of topics cannot be read.
    """
    known = topics_known(settings, service)
    if topic and topic not in known:
        named = f"Topics are {', '.join(known)}." if known else "Set THREADLINE_TOPICS, or topics in the service plan."
        raise Rejected(f"No message is about the topic {topic[:64]!r}.", named)
