"""Folders of customers' data are private, and a bad place is said in one line."""

from pathlib import Path

import pytest

from knowledge.database import open_database
from knowledge.failures import Unavailable
from knowledge.folders import make_private


def test_a_new_folder_is_closed_to_others_and_an_old_one_is_left_as_it_is(tmp_path: Path) -> None:
    make_private(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    make_private(shared)
    assert shared.stat().st_mode & 0o777 == 0o755


def test_a_file_in_its_place_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="THREADLINE_DATA_DIR"):
        open_database(f"sqlite:///{tmp_path / 'file' / 'threadline.db'}")
