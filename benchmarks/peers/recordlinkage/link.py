"""recordlinkage under test: the pairs that its ECM classifier takes for one person's, by JSON on the pipes.

Reads {"records": {id: {field: value}}, "keys": {id: {key: value}}, "blocks": [[field or key, …], …]} and writes
[[id, id], …]. The candidates are the pairs that agree on all of a block; their fields are compared, and what is missing
on either side counts as different, as its toolkit has it.
Runs in the peer's own environment: nothing of the product is imported here.
"""

import json
import sys

import pandas
import recordlinkage

# Which comparison of the toolkit suits a field, and from which likeness on two values agree (its guide's .85).
_BY_EDITS = {"birth_date", "phone", "house_number", "postcode"}
_ALIKE = 0.85


Told = dict[str, dict[str, str]]


def link(records: Told, keys: Told, blocks: list[list[str]]) -> list[tuple[str, str]]:
    """Return the pairs of ids that the classifier, which learns from these candidates alone, calls matches."""
    people = pandas.DataFrame.from_dict(records, orient="index", dtype=object)
    blocked = people.join(pandas.DataFrame.from_dict(keys, orient="index", dtype=object))
    indexer = recordlinkage.Index()
    for block in blocks:
        if set(block) <= set(blocked.columns):
            indexer.block(block)
    candidates = indexer.index(blocked)
    comparing = recordlinkage.Compare()
    for field in people.columns:
        method = "damerau_levenshtein" if field in _BY_EDITS else "jarowinkler"
        comparing.string(field, field, method=method, threshold=_ALIKE, missing_value=0.0, label=field)
    told = comparing.compute(candidates, people)
    return [(one, other) for one, other in recordlinkage.ECMClassifier().fit_predict(told)]


if __name__ == "__main__":
    json.dump(link(**json.load(sys.stdin)), sys.stdout)
