"""A worker in a process of its own: `laborer.py FOLDER URL NAME` says in FOLDER what it begins and ends."""

import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from api.parts import Parts
from api.worker.work import Reaction, Works
from api.worker.worker import Pace, open_worker
from knowledge.customers.entries import Entry
from knowledge.database import open_database
from knowledge.scope import Scope
from knowledge.settings import Settings


def main(folder: Path, url: str, name: str) -> None:
    """React to messages, slowly where the folder asks for it, until killed."""

    def labor(parts: Parts, entry: Entry) -> None:
        (folder / f"begun-{name}-{entry.id}").touch()
        while (folder / f"hold-{name}").exists():
            time.sleep(0.02)
        (folder / f"done-{name}-{entry.id}").touch()

    nothing: Any = None
    with closing(open_database(url)) as database:
        parts = Parts(Settings(data_dir=folder, database_url=url), database, Scope(), nothing, nothing)
        works = Works(reactions=[Reaction("labor", frozenset({"message_received"}), labor)])
        with open_worker(parts, works, Pace(beat=0.5, dead_after=3, poll=0.1, look=0.1)):
            (folder / f"ready-{name}").touch()
            threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
