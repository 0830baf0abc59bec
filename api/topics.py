"""Topics by examples: the namer of the settings' file, for the bot's rules and the service plan."""

from collections.abc import Callable
from functools import cache, lru_cache

from assistant.topics import Embed, fit_topics, read_topics
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
