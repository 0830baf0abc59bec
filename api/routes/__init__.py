"""The JSON and event-stream routes, one module for each thing they speak of."""

from fastapi import APIRouter

from api.routes import (
    attachments,
    bot,
    chat,
    codes,
    conversations,
    customers,
    events,
    facts,
    health,
    issues,
    library,
    links,
    load,
    login,
    outreach,
    packages,
    presence,
    privacy,
    rewrites,
    routing,
    searching,
    standards,
    standing,
    suggestions,
    surveys,
    work,
)

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router
    for module in (
        health,
        login,
        conversations,
        packages,
        presence,
        routing,
        suggestions,
        rewrites,
        searching,
        standards,
        customers,
        facts,
        standing,
        issues,
        links,
        privacy,
        library,
        load,
        codes,
        bot,
        outreach,
        events,
        work,
        attachments,
        chat,
        surveys,
    )
)
