"""The JSON and event-stream routes, one module for each thing they speak of."""

from fastapi import APIRouter

from api.routes import (
    chat,
    conversations,
    customers,
    events,
    facts,
    health,
    library,
    links,
    load,
    login,
    privacy,
    suggestions,
    work,
)

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router
    for module in (
        health,
        login,
        conversations,
        suggestions,
        customers,
        facts,
        links,
        privacy,
        library,
        load,
        events,
        work,
        chat,
    )
)
