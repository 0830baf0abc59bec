"""Topics: intents of customers' messages, and what is out of scope."""

from collections.abc import Iterable

from evals.datasets.intents import read_banking77, read_clinc150, read_natcs, read_nlupp
from evals.figures import Figure
from evals.registry import Asked, part
from evals.topics import topic_figures


@part("topics", seconds=60)
def topics(asked: Asked) -> Iterable[Figure]:
    """Intents named right, and messages out of scope told apart."""
    asked.say(
        "topics: 28,000 short messages; the first run embeds them (3 to 5 minutes), later ones read their vectors"
    )
    return (one for read in (read_banking77, read_clinc150) for one in topic_figures(read(asked.data)))


@part("topics_calls", seconds=15)
def topics_calls(asked: Asked) -> Iterable[Figure]:
    """The same on NatCS' spoken insurance calls and on NLU++'s messages of one intent."""
    return (one for read in (read_natcs, read_nlupp) for one in topic_figures(read(asked.data)))
