"""Whom to contact, measured in time: nothing that is known only afterwards is used."""

from pathlib import Path

import pytest

from evals.datasets import bank_marketing
from evals.datasets.bank_marketing import FORBIDDEN, read
from evals.outreach.ranking import ranking_figures
from knowledge.failures import NotFound, Rejected


def test_what_is_known_afterwards_is_no_fact(data: Path) -> None:
    contacts = read(data)
    assert not FORBIDDEN & set(contacts.facts[0])
    assert len(contacts.facts) == len(contacts.welcome) > 1_000


def test_figures_tell_contacts_apart(data: Path) -> None:
    auc, ece = ranking_figures(read(data))
    assert auc.value > 0.65
    assert ece.value < 0.1
    assert auc.n == ece.n


def test_damaged_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read(tmp_path)
    (tmp_path / "bank_marketing").mkdir()
    (tmp_path / "bank_marketing" / "contacts.csv").write_text("age,y\nold,yes\n")
    with pytest.raises(Rejected):
        read(tmp_path)
    assert bank_marketing.NEVER == 999
