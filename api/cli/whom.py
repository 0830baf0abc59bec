"""Whom a command speaks of: a customer by id, by the id of an import, or by an address."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.opening import Record
from knowledge.failures import NotFound

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from knowledge.customers.entries import Handle
    from knowledge.ids import CustomerId

Whom = Annotated[
    str,
    typer.Argument(
        metavar="CUSTOMER", help="Their id, the id of an import, an e-mail address, or KIND:VALUE.", show_default=False
    ),
]
By = Annotated[str, typer.Option(help="Who does it, as it is written down: your e-mail address.")]
NOBODY = "command line"


def find_customer(session: "Session", record: Record, words: str, *, erased: bool = False) -> "CustomerId":
    """Return whom the words name; with `erased` also the id of somebody who is gone.

    Raises:
        NotFound: they name nobody.
    """
    from knowledge.customers import erasure, identity
    from knowledge.customers.record import find_by_key, get_customer
    from knowledge.ids import CustomerId

    own = CustomerId(words)
    if erased and erasure.find_certificate(session, record.scope, own) is not None:
        return own
    known = find_by_key(session, record.scope, words)
    if known is None and (":" in words or "@" in words):
        known = identity.find(session, record.scope, handle_of(words))
    if known is not None:
        return known
    try:
        return get_customer(session, record.scope, own).id
    except NotFound:
        remedy = "Name an id, or a proven address; threadline customers list --words tells ids by what is only claimed."
        raise NotFound(f"There is no customer {words}.", remedy) from None


def handle_of(words: str) -> "Handle":
    """Return the address that KIND:VALUE or an e-mail address stands for.

    Raises:
        Rejected: it is none.
    """
    from knowledge.customers.entries import Handle
    from knowledge.customers.identity import normalise

    kind, found, value = words.partition(":")
    return normalise(Handle(kind, value) if found else Handle("email", words))
