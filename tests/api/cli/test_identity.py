"""The commands of identity, over a small import."""

import json
from pathlib import Path

FACTS = {"date_of_birth": "1988-05-03", "street": "Mill Lane", "house_number": "7", "postcode": "LS1", "city": "Leeds"}
ROWS = [
    {"type": "customer", "id": "c1", "name": "Maya Lindqvist", "attributes": FACTS},
    {"type": "customer", "id": "c2", "name": "Maya Lindqwist", "attributes": FACTS},
    {"type": "customer", "id": "c3", "name": "Tom Berg", "handles": [{"kind": "email", "value": "tom@mail.example"}]},
]


def test_pairs_are_suggested_reviewed_and_decided(run, imported: Path) -> None:
    assert json.loads(run("identity", "suggest", "--json").stdout) == {"records": 3, "pairs": 1}
    (pair,) = json.loads(run("identity", "review", "--json").stdout)
    assert (pair["one"]["name"], pair["other"]["name"]) == ("Maya Lindqvist", "Maya Lindqwist")
    assert pair["evidence"]["weights"]["birth_date"] > 0
    assert "Lindqwist" in run("identity", "review").stdout  # in a narrow column a name takes two lines
    assert run("identity", "review", "--accept", pair["id"], "--json").stdout == "[]\n"
    assert run("identity", "review", "--refuse", pair["id"], "--json").stdout == "[]\n"
    assert run("identity", "review", "--accept", pair["id"]).exit_code == 1


def test_link_unlink_and_part(run, imported: Path) -> None:
    made = run("identity", "link", "c1", "tom@mail.example", "--why", "a test").stdout.strip()
    assert run("identity", "link", "c3", "c1").stdout == "They are linked already.\n"
    assert run("identity", "unlink", made).exit_code == 0
    assert run("identity", "unlink", made).exit_code == 1
    assert run("identity", "part", "c1", "c3").exit_code == 0
    refused = run("identity", "link", "c1", "c3")
    assert (refused.exit_code, "different people" in refused.output) == (1, True)


def test_an_address_is_marked_as_shared_and_back(run, imported: Path) -> None:
    assert run("identity", "share", "tom@mail.example").stdout == "Marked as shared.\n"
    assert run("identity", "share", "tom@mail.example", "--undo").stdout == "One person's again.\n"
    assert run("identity", "share", "nobody@mail.example").exit_code == 1
