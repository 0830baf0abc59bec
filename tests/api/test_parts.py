"""The composition root opens everything and gives it back."""

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.parts import open_parts
from knowledge.failures import Failure
from knowledge.settings import Settings

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_the_bot_goes_by_topics_from_examples_where_a_file_names_them(tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    returns = ["I want to send it back", "how do I return this", "return label please", "can I send these boots back"]
    parcels = ["where is my parcel", "my parcel is late", "the courier lost my parcel", "tracking says delivered"]
    file.write_text(json.dumps({"returns": returns, "parcels": parcels}))
    settings = Settings(data_dir=tmp_path / "data", topics=file)
    with open_parts(settings) as parts:
        assert parts.bot.topic_of("my parcel has not come, where is it") == "parcels"
    with open_parts(settings.model_copy(update={"topics": None})) as parts:
        assert parts.bot.topic_of("my parcel has not come") == ""


def test_parts_open_serve_and_close_twice_on_the_same_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    before = set(threading.enumerate())
    for _ in range(2):
        with open_parts(settings, clock=lambda: NOON) as parts:
            assert parts.clock() == NOON
            with TestClient(create_app(parts)) as client:
                assert client.get("/ready").status_code == 200
        left = {thread.name for thread in set(threading.enumerate()) - before}
        assert not left & {"library-follower", "timeline-watcher"}


def test_what_is_configured_but_unusable_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", embedder=str(tmp_path / "no-such-model"))
    with pytest.raises(Failure, match="no-such-model"), open_parts(settings):
        pass


def test_a_server_without_a_model_loads_no_client_for_one() -> None:
    heavy = {"openai", "langchain_core", "torch", "sklearn", "pandas"}
    code = f"import sys, api.app; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
