"""The readers of the remaining data sets, on the data where it is, and on damaged files."""

from pathlib import Path

import pytest

from evals.datasets import abcd, flodial, pii_presidio, prompt_injection, tau_support, tweetsumm, utterances
from knowledge.failures import NotFound, Rejected

READERS = {
    "abcd": abcd.read,
    "flodial": flodial.read,
    "natcs_intents": utterances.read_natcs,
    "nlupp": utterances.read_nlupp,
    "pii_presidio": pii_presidio.read,
    "prompt_injection": prompt_injection.read,
    "tweetsumm_annotations": tweetsumm.read,
    "tau_support": lambda data: tau_support.read(data, "retail"),
}


@pytest.mark.parametrize("name", READERS)
def test_missing_data_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        READERS[name](tmp_path)


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("nlupp", "utterances.jsonl", '{"domain": "bank"}'),
        ("nlupp", "utterances.jsonl", "{"),
        ("natcs_intents", "insurance.jsonl", '{"utterance": 1, "utterance_id": "x", "intent": "y"}'),
        ("pii_presidio", "pii.jsonl", '{"text": "Bo", "spans": [{"type": "P", "value": "X", "start": 0, "end": 1}]}'),
        ("tweetsumm_annotations", "a.jsonl", '{"annotations": 3}'),
        ("flodial", "knowledge_sources.json", "{}"),
        ("flodial", "knowledge_sources.json", "[3]"),
    ],
)
def test_a_damaged_file_is_refused_by_name(name: str, file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / file).write_text(text)
    with pytest.raises(Rejected, match=file):
        READERS[name](tmp_path)


def test_abcd(data: Path) -> None:
    shop = abcd.read(data)
    assert {one.id for one in shop.guidelines} > {"product_defect/initiate_refund"}
    assert shop.actions["recover_username"] == ("pull-up-account", "verify-identity")
    assert {who for one in shop.conversations for who, _ in one.turns} >= {"agent", "customer"}


def test_flodial_asks_what_a_faq_answers(data: Path) -> None:
    collection = flodial.read(data)
    known = {one.id for one in collection.documents}
    assert len(collection.queries) == len(collection.qrels) > 50
    assert all(set(gold) <= known for gold in collection.qrels.values())
    assert all(one.text and one.title for one in collection.documents if "/faq-" in one.id)


def test_utterances(data: Path) -> None:
    natcs, nlu = utterances.read_natcs(data), utterances.read_nlupp(data)
    assert all(len(one.intents) == 1 and one.text for one in natcs.rows)
    assert any(len(one.intents) > 1 for one in nlu.rows)
    assert all(words in one.text for one in nlu.rows for words in one.slots.values() if words)
    assert len({one.id for one in nlu.rows}) == len(nlu.rows)


def test_pii_spans_stand_where_they_are_said_to(data: Path) -> None:
    sentences = pii_presidio.read(data)
    assert {span.kind for one in sentences.rows for span in one.spans} > {"PERSON", "EMAIL_ADDRESS"}


def test_injections(data: Path) -> None:
    found = prompt_injection.read(data)
    assert found.attacks
    assert found.benign
    assert found.jailbreaks
    assert found.extractions
    carrier, attack = found.carriers[0], found.attacks[0]
    assert prompt_injection.hidden(carrier, attack, "start").startswith(attack.instruction)
    assert prompt_injection.hidden(carrier, attack, "end").endswith(attack.instruction)
    assert attack.instruction in prompt_injection.hidden(carrier, attack, "middle")
    with pytest.raises(ValueError, match="none of"):
        prompt_injection.hidden(carrier, attack, "title")


@pytest.mark.parametrize("name", ["retail", "airline", "telecom"])
def test_tau_support(data: Path, name: str) -> None:
    desk = tau_support.read(data, name)
    assert desk.policy
    assert desk.tasks
    assert any(one.actions for one in desk.tasks)
    if name != "telecom":
        assert desk.records["users"]
    with pytest.raises(NotFound, match="no company"):
        tau_support.read(data, "bakery")


def test_tweetsumm(data: Path) -> None:
    assert all(text.strip() for texts in tweetsumm.read(data).by_conversation.values() for text in texts)
