"""Likeness: how likely two records are one person's, by splink's model of agreeing and disagreeing fields.

Fellegi and Sunter (1969): each field adds the logarithm of how much more often it agrees so in one person's records
than in two people's. Rare values weigh more. Where there are enough records, both rates are learnt from them.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Any

from knowledge.customers import persons
from knowledge.customers.blocking import BLOCKS, KEYS, agreeing, some_meet, with_keys
from knowledge.customers.profiles import FIELDS, Profile
from knowledge.ids import CustomerId

if TYPE_CHECKING:
    from splink import Linker

# With fewer records nothing can be learnt: the built-in rates hold.
LEARN_FROM = 500
SEED = 1
# Less likely pairs are not looked at again, whatever is learnt.
_LEAST = 0.01
# Records that are so surely one person's, directly or one after the other, are all compared; above so many they are a
# chain of strangers.
_SURELY = 0.9
_MOST = 100
_ROUNDS = 12
# Who agrees on all of one of these is nearly surely one person: it tells how common matches are, to begin with.
_SURE = (
    ("family_name", "given_name", "birth_date"),
    ("postcode", "street", "house_number", "given_name"),
    ("email", "family_name"),
)
_RECALL_OF_SURE = 0.7
# Rates are learnt from records that agree on one of these; the fields in it are learnt with the other.
_LEARN_BY = (("birth_date",), ("postcode",), ("family_name", "given_name"), ("email",))
_PAIRS_TO_LEARN_BY = 20
_Row = Mapping[str, Any]


@dataclass(frozen=True)
class Alike:
    """Two records, the probability that they are one person's, and what each field adds (log2 of the odds)."""

    one: CustomerId
    other: CustomerId
    probability: float
    weights: Mapping[str, float]


def compare(profiles: Sequence[Profile], threshold: float) -> list[Alike]:
    """Return the pairs whose probability reaches the threshold, the likeliest first. CPU-bound: seconds for thousands.

    Fields that nearly nobody has are left out.
    """
    fields = [field for field in FIELDS if sum(field in profile.values for profile in profiles) > 1]
    if len(fields) < 2 or not some_meet(profiles):
        return []
    rows = [_row(profile, fields) for profile in profiles]
    linker = _linker(rows, fields)
    if len(rows) >= LEARN_FROM:
        _learn(linker, rows)
    model = linker.misc.save_model_to_json()
    found = _predicted(linker, min(threshold, _LEAST))
    more = _commoner(found, model, len(rows)) if len(rows) >= LEARN_FROM else 0.0
    found |= _through_others(rows, found, model, more)
    alike = [_alike(row, fields, more) for row in found.values()]
    kept = [pair for pair in alike if pair.probability >= threshold]
    return sorted(kept, key=lambda pair: (-pair.probability, pair.one, pair.other))


def _row(profile: Profile, fields: Sequence[str]) -> dict[str, Any]:
    told = with_keys(profile)
    return {"record": profile.record, **{name: told.get(name) for name in (*fields, *KEYS)}}


def _linker(rows: Sequence[_Row], fields: Sequence[str]) -> "Linker":
    from splink import SettingsCreator, block_on

    known = {*fields, *KEYS}
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=[_comparison(field) for field in fields],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS if set(block) <= known],
        probability_two_random_records_match=_share(rows),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    return _opened(rows, settings)


def _opened(rows: Sequence[_Row], settings: Any) -> "Linker":
    from splink import DuckDBAPI, Linker

    return Linker(DuckDBAPI().register(rows), settings, log_level=logging.ERROR)


_Found = dict[tuple[CustomerId, CustomerId], _Row]


def _predicted(linker: "Linker", threshold: float) -> _Found:
    rows = linker.inference.predict(threshold_match_probability=threshold).as_record_list()
    return {(row["record_l"], row["record_r"]): row for row in rows}


def _commoner(found: _Found, model: Mapping[str, Any], records: int) -> float:
    """Return how much commoner pairs of one person are than the model assumes (log2 of the odds).

    Learnt as the rates are: as common as the probabilities say, and those follow from how common they are.
    """
    assumed = _log_odds(model["probability_two_random_records_match"])
    weights, pairs, more = [row["match_weight"] for row in found.values()], records * (records - 1) / 2, 0.0
    for _ in range(_ROUNDS if weights else 0):
        more = _log_odds(sum(_chance(weight + more) for weight in weights) / pairs) - assumed
    return more


def _through_others(rows: Sequence[_Row], found: _Found, model: Mapping[str, Any], more: float) -> _Found:
    """Compare all records of those that are surely one person's: who was found by another need not agree on a block."""
    sure = persons.join(pair for pair, row in found.items() if _chance(row["match_weight"] + more) >= _SURELY)
    size = Counter(sure.values())
    group = {record: person for record, person in sure.items() if 2 < size[person] <= _MOST}
    if not group:
        return {}
    settings = {**model, "blocking_rules_to_generate_predictions": ['l."group_of" = r."group_of"']}
    grouped = [{**row, "group_of": group[row["record"]]} for row in rows if row["record"] in group]
    return _predicted(_opened(grouped, settings), _LEAST)


def _log_odds(chance: float) -> float:
    return log2(chance / (1 - chance))


def _chance(weight: float) -> float:
    return 1 / (1 + 2**-weight)


def _comparison(field: str) -> Any:
    """How a field is compared, with built-in rates for each level: exact, near, nearer to chance, other."""
    from splink import comparison_library as library

    shapes: dict[str, tuple[Any, list[float], list[float]]] = {
        "given_name": (library.JaroWinklerAtThresholds, [0.92, 0.8], [0.70, 0.12, 0.05, 0.13]),
        "family_name": (library.JaroWinklerAtThresholds, [0.92, 0.8], [0.74, 0.12, 0.04, 0.10]),
        "birth_date": (library.DamerauLevenshteinAtThresholds, [1, 2], [0.84, 0.10, 0.02, 0.04]),
        "email": (library.JaroWinklerAtThresholds, [0.95, 0.88], [0.74, 0.08, 0.06, 0.12]),
        "phone": (library.LevenshteinAtThresholds, [1, 2], [0.74, 0.08, 0.03, 0.15]),
        "house_number": (library.LevenshteinAtThresholds, [1], [0.80, 0.08, 0.12]),
        "street": (library.JaroWinklerAtThresholds, [0.9, 0.7], [0.70, 0.16, 0.04, 0.10]),
        "postcode": (library.DamerauLevenshteinAtThresholds, [1, 2], [0.82, 0.06, 0.04, 0.08]),
        "city": (library.JaroWinklerAtThresholds, [0.9, 0.7], [0.76, 0.08, 0.04, 0.12]),
    }
    kind, thresholds, match = shapes[field]
    by_chance = _BY_CHANCE[field]
    comparison = kind(field, thresholds)
    return comparison.configure(
        term_frequency_adjustments=field in {"given_name", "family_name", "street", "city"},
        m_probabilities=match,
        u_probabilities=by_chance,
    )


_BY_CHANCE: Mapping[str, list[float]] = {
    "given_name": [0.006, 0.003, 0.011, 0.980],
    "family_name": [0.004, 0.002, 0.014, 0.980],
    "birth_date": [0.0001, 0.001, 0.0089, 0.990],
    "email": [0.0001, 0.0005, 0.0014, 0.998],
    "phone": [0.0001, 0.0002, 0.0007, 0.999],
    "house_number": [0.015, 0.165, 0.820],
    "street": [0.002, 0.002, 0.046, 0.950],
    "postcode": [0.002, 0.012, 0.066, 0.920],
    "city": [0.010, 0.002, 0.018, 0.970],
}


def _share(rows: Sequence[_Row]) -> float:
    """How common pairs of one person are, to begin with: as those that surely are, or one for two records."""
    sure = max(agreeing(rows, block) for block in _SURE) if len(rows) >= LEARN_FROM else 0
    return min(0.5, (sure / _RECALL_OF_SURE or len(rows) / 2) / (len(rows) * (len(rows) - 1) / 2))


def _learn(linker: "Linker", rows: Sequence[_Row]) -> None:
    from splink import block_on

    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for block in _LEARN_BY:
        if agreeing(rows, block) >= _PAIRS_TO_LEARN_BY:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))


def _alike(row: _Row, fields: Collection[str], more: float) -> Alike:
    weights = {field: float(row[f"mw_{field}"]) + float(row.get(f"mw_tf_adj_{field}") or 0.0) for field in fields}
    one, other = sorted((row["record_l"], row["record_r"]))
    told = {field: round(weight, 2) for field, weight in weights.items() if weight}
    return Alike(one, other, _chance(float(row["match_weight"]) + more), told)
