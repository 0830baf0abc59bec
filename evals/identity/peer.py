"""recordlinkage's ECM beside the product: the same records and candidates, in the peer's own environment."""

from collections.abc import Mapping, Sequence

from evals.beside import Peer
from knowledge.customers.blocking import BLOCKS, keys_of
from knowledge.customers.profiles import Profile
from knowledge.ids import CustomerId

NAME = "recordlinkage_ecm"
PEER = Peer("recordlinkage")
SECONDS = 300


def linked(
    profiles: Sequence[Profile], names: Mapping[CustomerId, str], peer: Peer = PEER
) -> frozenset[frozenset[str]]:
    """Return the pairs that the peer takes for one person's, by the data's own ids in `names`.

    Raises:
        RuntimeError: it failed; its last words are in the message.
    """
    records = {names[one.record]: dict(one.values) for one in profiles}
    keys = {names[one.record]: keys_of(one.values) for one in profiles}
    found = peer.ask("link", {"records": records, "keys": keys, "blocks": BLOCKS}, SECONDS)
    return frozenset(frozenset(pair) for pair in found)
