"""What a search gives back: passages, and how each one was found."""

from dataclasses import dataclass
from typing import Literal

from knowledge.customers.entries import Visibility
from knowledge.ids import ArticleId, PassageId

Audience = Literal["agent", "customer"]


@dataclass(frozen=True)
class Passage:
    """A piece of an article as it stands; `heading` is the path inside the article, "A › B".

    `stated_date` is the date the article itself gives, as it writes it.
    """

    id: PassageId
    article: ArticleId
    title: str
    heading: str
    url: str
    text: str
    visibility: Visibility
    language: str
    stated_date: str = ""


@dataclass(frozen=True)
class Only:
    """What a search is narrowed to: articles about a product, as they state it, or in a language; "" = any."""

    product: str = ""
    language: str = ""


EVERYTHING = Only()


@dataclass(frozen=True)
class Hit:
    """A passage that was found: higher `score` is better.

    Ranks start at 1, `None` = not found that way; `similarity` is the cosine with the query, −1 to 1.
    """

    passage: Passage
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None
