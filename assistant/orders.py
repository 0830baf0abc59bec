"""What the record says about a customer's orders, in words, and when a question is about them."""

import re
from collections.abc import Sequence

from assistant.phrases import Phrases
from assistant.sentences import stem, words
from knowledge.customers.entries import OrderRecorded

_ABOUT_TEXT = """
order orders ordered parcel package shipment delivery deliver delivered shipped shipping tracking track dispatched
arrive arrived bestellung bestellt paket lieferung geliefert sendung pedido paquete envío entrega commande colis
livraison
"""
_ABOUT = frozenset(stem(word) for word in _ABOUT_TEXT.split())
_WHERE_TEXT = """
where status when track tracking late arrive arrived arrives coming shipped dispatched yet still wo wann dónde cuándo où
quand
"""
_WHERE = frozenset(_WHERE_TEXT.split())
_MINE_TEXT = "my mine i i've our we mein meine meinen meiner mi mis ma mon mes"
_MINE = frozenset(_MINE_TEXT.split())
MAX_ITEMS = 4


def orders_asked_about(question: str, orders: Sequence[OrderRecorded]) -> tuple[OrderRecorded, ...]:
    """Return the orders a question is about: those it names, else the latest when it asks where "my order" is.

    Who names an order that is not theirs is told of none: another one would answer something else.
    """
    named = tuple(order for order in orders if _mentions(question, order.order))
    if named or _names_another(question, orders):
        return named
    said = words(question)
    about = _ABOUT.intersection(map(stem, said))
    if orders and about and _MINE.intersection(said) and _WHERE.intersection(said):
        return (orders[0],)
    return ()


def describe(order: OrderRecorded, phrases: Phrases) -> list[str]:
    """Return sentences about an order, each one a fact of the record."""
    said = [phrases.order.format(order=order.order, status=order.status)]
    if order.items:
        items = ", ".join(f"{item.quantity} × {item.name}" for item in order.items[:MAX_ITEMS])
        said.append(phrases.order_items.format(items=items + (" …" if len(order.items) > MAX_ITEMS else "")))
    if order.carrier:
        said.append(phrases.carrier.format(carrier=order.carrier))
    if order.tracking:
        said.append(phrases.tracking.format(tracking=order.tracking))
    return [" ".join(sentence.split()) for sentence in said]


def fact_lines(order: OrderRecorded) -> str:
    """Return an order as one line of facts, for a prompt or a claim check."""
    items = ", ".join(f"{item.quantity} × {item.name}" for item in order.items[:MAX_ITEMS])
    facts = [f"order {order.order}", f"status {order.status}", items]
    facts.append(f"total {order.total} {order.currency}" if order.total is not None else "")
    facts.append(f"placed on {order.placed_at:%Y-%m-%d}" if order.placed_at else "")
    facts.append(f"carrier {order.carrier}" if order.carrier else "")
    facts.append(f"tracking number {order.tracking}" if order.tracking else "")
    return "; ".join(fact for fact in facts if fact)


def _mentions(question: str, number: str) -> bool:
    bare = re.escape(number.lstrip("#"))
    return bool(number) and re.search(rf"(?<![\w]){bare}(?![\w])", question, re.IGNORECASE) is not None


def _names_another(question: str, orders: Sequence[OrderRecorded]) -> bool:
    """Tell whether a question holds a number that begins as those of the orders do ("TF-", "#")."""
    heads = {re.split(r"\d", order.order, maxsplit=1)[0] for order in orders} - {""}
    return any(re.search(rf"(?<!\w){re.escape(head)}\d", question, re.IGNORECASE) for head in heads)
