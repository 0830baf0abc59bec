"""Routing: which group, resolver and channel, and whether it ends well."""

from collections.abc import Iterable

from evals.figures import Figure
from evals.forecasting import forecast_figures
from evals.registry import Asked, part
from evals.routing.channel_choice import channel_figures
from evals.routing.predicting import incident_figures, nyc311_figures
from evals.routing.queue_policies import queue_figures
from evals.routing.succeeding import star_figures


@part("it_incidents", seconds=40)
def it_incidents(asked: Asked) -> Iterable[Figure]:
    """Groups and resolvers of incidents, fitted on the earlier 70 %."""
    return incident_figures(asked.data, asked.say)


@part("star_outcomes", seconds=10)
def star_outcomes(asked: Asked) -> Iterable[Figure]:
    """Whether a dialogue achieves its goal."""
    return star_figures(asked.data, asked.say)


@part("nyc311", seconds=10)
def nyc311(asked: Asked) -> Iterable[Figure]:
    """Which channel a request comes by."""
    return nyc311_figures(asked.data, asked.say)


@part("forecast", seconds=5)
def forecast(asked: Asked) -> Iterable[Figure]:
    """Whether the forecast's intervals hold what the next weeks bring."""
    return forecast_figures(asked.data)


@part("channel_choice", seconds=15, own=True)
def channel_choice(_: Asked) -> Iterable[Figure]:
    """Choosing a channel where the truth is known."""
    return channel_figures()


@part("queue", seconds=25, own=True)
def queue(_: Asked) -> Iterable[Figure]:
    """Six ways to route in a made-up floor whose truth is known."""
    return queue_figures()
