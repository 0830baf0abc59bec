import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.demo import (
    LOGINS,
    PASSWORD,
    chat_address,
    company_folder,
    in_the_shops_name,
    load_demo,
    refuse_remote,
    reset_demo,
)
from api.sessions import check_identity
from knowledge.customers import conversations, timeline
from knowledge.customers.conversations import Wanted
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.database import Database, open_database
from knowledge.failures import Conflict, Rejected
from knowledge.library.articles import list_articles
from knowledge.scope import Scope
from knowledge.settings import Settings
from knowledge.staff.logins import log_in, whose
from knowledge.staff.people import list_staff

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCOPE = Scope()


def quiet(_said: str) -> None:
    pass


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The demo, loaded once."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo") / "data")
    load_demo(settings, NOW, quiet)
    return settings


@pytest.fixture
def record(loaded: Settings) -> Iterator[Database]:
    with closing(open_database(loaded.database)) as database:
        yield database


def test_the_company_is_there(record: Database) -> None:
    with record.read() as session:
        articles = list_articles(session, SCOPE)
        staff = list_staff(session, SCOPE)
        waiting = conversations.list_conversations(session, SCOPE, Wanted(waiting=True), limit=500)
    internal = [article for article in articles if article.visibility == "internal"]
    assert len(articles) >= 60
    assert len(internal) == len(list((company_folder() / "articles" / "internal").iterdir()))
    assert len(staff) >= 25
    assert len(waiting) >= 30
    assert len({one.channel for one in waiting}) >= 5


def test_nothing_public_comes_from_the_handbook(record: Database) -> None:
    with record.read() as session:
        public = list_articles(session, SCOPE, visibility="public")
    assert not [article.key for article in public if "internal" in article.key or "handbook" in article.url]


def test_the_three_logins_work_and_nobody_elses_does(record: Database) -> None:
    for login in LOGINS:
        token = log_in(record, SCOPE, login.email, PASSWORD, NOW, timedelta(hours=1))
        with record.read() as session:
            assert whose(session, SCOPE, token, NOW).role == login.role
    with record.read() as session:
        assert {one.email for one in list_staff(session, SCOPE) if one.can_log_in} == {one.email for one in LOGINS}


def test_a_second_start_loads_nothing(loaded: Settings, record: Database) -> None:
    with record.read() as session:
        before = timeline.last_seq(session, SCOPE)
    said: list[str] = []
    report = load_demo(loaded, NOW + timedelta(days=1), said.append)
    assert said == []
    assert "52 customers" in report
    with record.read() as session:
        assert timeline.last_seq(session, SCOPE) == before


def test_a_start_that_was_killed_is_taken_up_again(loaded: Settings, record: Database) -> None:
    marker = loaded.data_dir / "demo.json"
    kept = marker.read_text()
    marker.write_text(json.dumps({**json.loads(kept), "content": ""}))
    with record.read() as session:
        before = timeline.last_seq(session, SCOPE)
    said: list[str] = []
    load_demo(loaded, NOW, said.append)
    assert said == ["Loading the demo company …"]
    assert marker.read_text() == kept
    with record.read() as session:
        assert timeline.last_seq(session, SCOPE) == before


def test_the_story_never_lies_in_the_future(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    early = datetime(2026, 1, 15, tzinfo=UTC)
    load_demo(settings, early, quiet)
    with closing(open_database(settings.database)) as database, database.read() as session:
        latest = timeline.page(session, SCOPE, limit=1)[0]
    assert early - timedelta(weeks=1) <= latest.at <= early


def test_it_refuses_a_database_that_is_not_its_own(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with closing(open_database(settings.database)) as database, database.write() as session:
        save_customer(session, SCOPE, NewCustomer("theirs", "Somebody real"), NOW)
    with pytest.raises(Conflict, match="already holds data"):
        load_demo(settings, NOW, quiet)
    with pytest.raises(Conflict, match="no demo's data folder"):
        reset_demo(settings)
    assert (tmp_path / "data" / "threadline.db").exists()


def test_reset_deletes_what_is_its_own_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    reset_demo(settings)
    load_demo(settings, NOW, quiet)
    (settings.data_dir / "letter.txt").write_text("mine")
    reset_demo(settings)
    assert [path.name for path in settings.data_dir.iterdir()] == ["letter.txt"]


def test_reset_refuses_a_server_database(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://somebody@127.0.0.1/theirs")
    with pytest.raises(Rejected, match="points elsewhere"):
        reset_demo(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_may_use_the_known_passwords(host: str) -> None:
    refuse_remote(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.9", "::", "shop.example"])
def test_other_machines_may_not(host: str) -> None:
    with pytest.raises(Rejected, match="known to everybody"):
        refuse_remote(Settings(host=host))


def test_the_chat_link_proves_who_writes(loaded: Settings) -> None:
    address = chat_address(loaded, "http://127.0.0.1:9999", datetime.now(UTC))
    page, _, token = address.partition("#identity=")
    assert page == "http://127.0.0.1:9999/chat"
    assert check_identity(loaded, token).email == "maya.lindqvist@mail.example"


def test_the_shop_speaks_in_its_own_name_unless_another_is_set() -> None:
    assert in_the_shops_name(Settings()).company == "Tarnfell Outdoor"
    assert in_the_shops_name(Settings(company="Mine")).company == "Mine"
