"""The child process that takes a PDF or Word file apart: a hostile file can hurt nobody but it.

Run as `python -P -m knowledge.library.extracting FILE`; writes one JSON object: `text` and `stated`, or `error`.
"""

import json
import sys
from pathlib import Path
from typing import Any

# The process may hold this much and compute so long; the parent stops it soon after.
MEMORY_BYTES = 4_000_000_000
CPU_SECONDS = 90


def extract(path: Path) -> dict[str, Any]:
    """Return the text of a document and what it states about itself; `error` names why there is none."""
    from kreuzberg import ExtractionConfig, KreuzbergError, extract_file_sync

    # Markdown drops a PDF's first heading; of a Word file it keeps headings, lists and tables.
    form = "plain" if path.suffix.lower() == ".pdf" else "markdown"
    try:
        found = extract_file_sync(str(path), config=ExtractionConfig(use_cache=False, output_format=form))
    except KreuzbergError as error:
        return {"error": str(error)[:300]}
    stated = dict(found.metadata)
    wanted = ("title", "language", "created_at", "modified_at", "custom_properties", "page_count")
    return {"text": found.content, "stated": {name: stated[name] for name in wanted if stated.get(name)}}


def main() -> None:
    """Limit this process, then read the file."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    result = extract(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(result, default=str))


if __name__ == "__main__":
    main()
