"""A real help centre through ingest: how many of its files become articles, and how much of their words is kept."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from evals.datasets import chatwoot_docs
from evals.figures import Figure, figure
from evals.intervals import mean_interval, rate_interval
from evals.retrieval.library import private_settings
from knowledge.database import open_database
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.tables import ArticleRow, PassageRow
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope

SEED = 20261125
# What is no prose: front matter, code, tags, pictures and addresses of links, lines that only components read.
_NO_PROSE = re.compile(
    r"\A---\n.*?\n---\n|```.*?```|`[^`]*`|<[^>]*>|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|^\s*(?:import|export)\s.*$|\{[^}]*\}",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def help_centre_figures(data: Path, now: datetime) -> Iterator[Figure]:
    """Ingest Chatwoot's files as they lie there; words are compared article by article, each file weighing the same.

    Raises:
        NotFound: the data set is not there.
    """
    centre = chatwoot_docs.read(data)
    with TemporaryDirectory() as place:
        settings = private_settings(Path(place))
        with closing(open_database(settings.database)) as database:
            plan = IngestPlan(now, VisibilityRules(default="public"), "chatwoot_docs")
            report = ingest(database, Scope(), [data / "chatwoot_docs" / "md"], plan)
            with database.read() as session:
                articles = _articles(session)
    kept = [_kept(one.text, articles[one.path]) for one in centre.files if one.path in articles]
    notes = [f"{one.where}: {one.reason}" for one in (*report.skipped, *report.notes) if not one.harmless]
    told = {"articles": len(articles), "findings": notes[:10]}
    read = rate_interval(sum(one.path in articles for one in centre.files), len(centre.files))
    yield figure("ingest/chatwoot_docs/files_read", read, "", data=centre.digest, settings=told)
    words = [one for one in kept if one is not None]
    if words:
        interval = mean_interval(words, seed=SEED, draws=2_000)
        yield figure("ingest/chatwoot_docs/words_kept", interval, "", data=centre.digest, seed=SEED)


def _articles(session: Session) -> dict[str, str]:
    """Each article's title and the text of its passages, by the file's path: what a search can find."""
    passages = select(PassageRow.article, PassageRow.text)
    texts: dict[str, list[str]] = defaultdict(list)
    for article, text in session.execute(passages):
        texts[article].append(text)
    found = session.execute(select(ArticleRow.id, ArticleRow.key, ArticleRow.title))
    return {row.key: "\n".join([row.title, *texts[row.id]]) for row in found}


def _kept(text: str, article: str) -> float | None:
    """The share of a file's words of prose that stand in its article; `None` for a file without any."""
    words = _WORD.findall(_NO_PROSE.sub(" ", text).lower())
    there = set(_WORD.findall(article.lower()))
    return sum(word in there for word in words) / len(words) if words else None
