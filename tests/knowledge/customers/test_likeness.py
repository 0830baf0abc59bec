"""Likeness: who is compared with whom, and what is learnt from many records."""

import random
from itertools import combinations

import pytest

from knowledge.customers import likeness
from knowledge.customers.blocking import BLOCKS, KEYS, keys_of, some_meet
from knowledge.customers.profiles import FIELDS, Profile
from knowledge.ids import CustomerId

FIRST, SECOND = (
    ("kad", "bor", "lin", "tev", "mas", "pul", "rog", "sit"),
    ("en", "ova", "sson", "berg", "y", "ich", "dal"),
)
TOWNS = ("leeds", "york", "hull", "bath", "derby", "truro", "ripon", "wells")


def people(count: int, seed: int) -> list[Profile]:
    """So many persons with three records each, of which the third shares a block with the second one only."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        family = rng.choice(FIRST) + rng.choice(FIRST) + rng.choice(SECOND)
        born = f"19{rng.randrange(40, 99)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        whole = {
            "given_name": rng.choice(FIRST) + "a",
            "family_name": family,
            "birth_date": born,
            "city": rng.choice(TOWNS),
            "postcode": f"{number:05}",
        }
        slips = {**whole, "family_name": "x" + family[1:], "postcode": f"9{number:04}"}
        moved = {**slips, "given_name": whole["given_name"][:-1] + "e", "birth_date": born[:-1] + "0", "city": "ely"}
        rows += [whole, slips, moved]
    return [Profile(CustomerId(f"{number:05}"), row) for number, row in enumerate(rows)]


def test_keys_are_parts_that_slips_elsewhere_leave() -> None:
    told = {"given_name": "ada", "family_name": "berg", "birth_date": "1988-05-03", "postcode": "ls1 4ap"}
    assert keys_of(told) == {
        "given_initial": "a",
        "family_start": "ber",
        "birth_year": "1988",
        "birth_day": "05-03",
        "area": "ls1",
    }
    assert keys_of({"postcode": "10115", "birth_date": "May 1988"}) == {"area": "101"}
    assert {name for block in BLOCKS for name in block} <= {*FIELDS, *KEYS}


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        ({"family_name": "bergh", "birth_date": "1988-11-30"}, True),
        ({"family_name": "berg", "birth_date": "1988-05-03"}, True),
        ({"given_name": "ada", "city": "hull"}, False),
        ({"postcode": "ls1 4ap", "house_number": "4"}, False),
    ],
)
def test_records_meet_where_they_agree_on_a_block(other: dict[str, str], meets: bool) -> None:
    told = {
        "given_name": "ada",
        "family_name": "berg",
        "birth_date": "1988-05-03",
        "city": "leeds",
        "house_number": "3",
    }
    both = [Profile(CustomerId("1"), {**told, "postcode": "ls1 4ap"}), Profile(CustomerId("2"), other)]
    assert some_meet(both) is meets


def test_how_common_pairs_are_is_learnt_and_a_third_record_is_found_through_the_second() -> None:
    profiles = people(200, 5)
    found = likeness.compare(profiles, 0.5)
    pairs = {(one.one, one.other) for one in found}
    truth = {pair for n in range(200) for pair in combinations([one.record for one in profiles[3 * n : 3 * n + 3]], 2)}
    assert len(pairs & truth) / len(pairs) > 0.97
    assert len(pairs & truth) / len(truth) > 0.9
    unmet = [pair for pair in truth if not some_meet([profiles[int(number)] for number in pair])]
    assert len(unmet) > 100
    assert len(pairs & set(unmet)) / len(unmet) > 0.6


def test_records_of_which_none_is_told_twice_are_no_failure() -> None:
    rng = random.Random(7)
    profiles = [
        Profile(CustomerId(f"{n:04}"), {"given_name": rng.choice(FIRST), "family_name": f"{n}x", "city": f"{n % 400}"})
        for n in range(likeness.LEARN_FROM)
    ]
    assert some_meet(profiles)
    assert likeness.compare(profiles, 0.5) == []
