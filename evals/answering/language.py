"""Languages: is a customer's language told right or not at all, and does the bot keep out of those it lacks?"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from assistant.answering.words import spoken
from assistant.bot import Bot, Load, attend
from assistant.suggest import open_assistant
from evals.bot.stage import ARTICLES
from evals.figures import Figure, digest, figure
from evals.intervals import rate_interval
from evals.retrieval.library import Library, Making, open_library
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers import inbox
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.library.language import detect_language

WRITTEN = Path(__file__).with_name("languages.yaml")
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
COVERED = frozenset({"en"})
# A certificate that any draft meets: nothing but the language may then keep the bot out.
OPEN_TO_ALL = Certified(1.0, 0.95, 0.0, 100, 100, 0, "no bar", "the trial")
SPEAKS = frozenset({"answer", "ask_back"})


@dataclass(frozen=True)
class Text:
    """A short message; `codes` are its language and those that cannot be told from it, the first is its own."""

    text: str
    codes: tuple[str, ...]

    @property
    def own(self) -> str:
        """The code of its language."""
        return self.codes[0]


def texts() -> list[Text]:
    """Return the written messages."""
    read = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))["texts"]
    return [Text(said, (row["code"], *row["also"])) for row in read for said in row["say"]]


def language_figures() -> Iterator[Figure]:
    """Yield how often the reply's language is right or unknown, and how often the bot spoke where it must not."""
    written = texts()
    yield _detected(written)
    yield from _automatic(written)


def _detected(written: Sequence[Text]) -> Figure:
    """The language that a reply would be in; where none shows, that on record or English is taken."""
    readers: dict[str, Callable[[str], str]] = {"reply": detect_language, "bot": lambda text: spoken([text])}
    told = {name: [read(one.text) for one in written] for name, read in readers.items()}
    settings: dict[str, object] = {"languages": len({one.own for one in written})}
    for name, codes in told.items():
        pairs = list(zip(written, codes, strict=True))
        settings[f"{name}: right"] = sum(code == one.own for one, code in pairs) / len(pairs)
        settings[f"{name}: unknown"] = sum(not code for _, code in pairs) / len(pairs)
        settings[f"{name}: wrong"] = sorted({one.own for one, code in pairs if code and code not in one.codes})
    both = [
        all(not told[name][place] or told[name][place] in one.codes for name in readers)
        for place, one in enumerate(written)
    ]
    interval = rate_interval(sum(both), len(both))
    return figure("language/written/right_or_unknown", interval, "", data=digest([WRITTEN]), settings=settings)


def _automatic(written: Sequence[Text]) -> Iterator[Figure]:
    outside = [one for one in written if one.own not in COVERED]
    inside = [one for one in written if one.own in COVERED]
    spoke = dict(zip(written, spoken_to(written), strict=True))
    settings = {
        "covered": sorted(COVERED),
        "handed over": sum(spoke[one] == "hand_off" for one in outside) / len(outside),
        "answered inside": sum(spoke[one] in SPEAKS for one in inside),
        "messages inside": len(inside),
        "label": "the certificate lets everything through: only the language keeps the bot out",
    }
    wrong = sum(spoke[one] in SPEAKS for one in outside)
    yield Figure(
        "language/written/automatic_answers_outside",
        wrong,
        "messages",
        len(outside),
        data=digest([WRITTEN]),
        settings=settings,
    )


def spoken_to(written: Sequence[Text]) -> list[str]:
    """Have the bot attend to each message in a conversation of its own; return what it did, "" for nothing."""
    with (
        tempfile.TemporaryDirectory() as place,
        open_library(Path(place), ARTICLES, Making(), AT) as library,
    ):
        assistant = open_assistant(library.settings, library.search)
        try:
            bot = Bot(assistant, lambda _queue, _now: Load(True, 600.0), "Shop", COVERED)
            with library.database.write() as session:
                rules.set_rule(session, library.scope, Rule(mode="always"), AT)
                rules.certify(session, library.scope, OPEN_TO_ALL, AT)
            return [_attended(library, bot, one.text, number) for number, one in enumerate(written)]
        finally:
            assistant.close()


def _attended(library: Library, bot: Bot, text: str, number: int) -> str:
    with library.database.write() as session:
        asked = Incoming("chat", Handle("chat", f"visitor-{number}"), text, AT)
        conversation = inbox.receive(session, library.scope, asked, AT).conversation
    assert conversation is not None
    done: BotDecided | None = attend(bot, library.database, library.scope, conversation, AT + timedelta(seconds=5))
    return done.action if done is not None and done.sent else ""
