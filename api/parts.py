"""The composition root: opens every part once a process and gives it back at the end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.bot_apis import read_apis
from api.channel_models import ChannelModels
from api.channels.channel import Channel
from api.channels.opening import open_channels
from api.sites import Site, parse_sites
from api.topics import open_topics
from assistant.answering.drifting import Watch
from assistant.bot import Bot, Load
from assistant.chat import Chat, open_chat
from assistant.rewriting import Rewriter, open_rewriter
from assistant.suggest import Assistant, open_assistant
from assistant.tools.own import hours_tool, shop_tools
from assistant.tools.toolbox import Toolbox
from assistant.understanding.fact_reading import FactReader, open_fact_reader
from handoff.load.board import Board, Plan
from handoff.load.peaks import Limits
from handoff.plan import Plan as ServicePlan
from handoff.plan import read_plan
from knowledge.customers.entries import Handle
from knowledge.customers.identity import normalise
from knowledge.customers.standards import Standards, read_standards
from knowledge.database import Database, open_database
from knowledge.failures import Rejected
from knowledge.folders import make_private
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.narrowing import check_stated
from retrieval.passages import Only
from retrieval.search import Search, open_search

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def now_utc() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What the doors stand on; `clock` returns the present time in UTC."""

    settings: Settings
    database: Database
    scope: Scope
    search: Search
    assistant: Assistant
    clock: Callable[[], datetime] = now_utc
    channels: Mapping[str, Channel[Any]] = field(default_factory=open_channels)
    board: Board = field(init=False)
    service: ServicePlan = field(init=False)
    channel_models: ChannelModels = field(init=False)
    standards: Standards = field(init=False)
    bot: Bot = field(init=False)
    rewriter: Rewriter = field(init=False)
    fact_reader: FactReader | None = field(init=False)
    chat: Chat | None = field(init=False)
    report_to: tuple[str, ...] = field(init=False)
    sites: tuple[Site, ...] = field(init=False)
    drifting: Watch = field(init=False)

    def __post_init__(self) -> None:
        topics = open_topics(self.settings, self._embed)
        object.__setattr__(self, "service", read_plan(self.settings.service_plan).knowing(topics))
        object.__setattr__(self, "channel_models", ChannelModels(self.database, self.scope))
        object.__setattr__(self, "standards", read_standards(self.settings.customer_standards))
        object.__setattr__(self, "board", open_board(self.settings, self.database, self.scope, self.service))
        tools = open_tools(self.settings, self.database, self.scope, self.clock, self.service)
        bot = open_bot(self.settings, self.assistant, self.board, tools)
        object.__setattr__(self, "drifting", Watch(self._embed))
        bot = replace(bot, topic_of=topics or self.service.topic_of, drifted=self._has_drifted)
        object.__setattr__(self, "bot", bot)
        object.__setattr__(self, "rewriter", open_rewriter(self.settings))
        object.__setattr__(self, "fact_reader", open_fact_reader(self.settings))
        object.__setattr__(self, "chat", open_chat(self.settings))
        object.__setattr__(self, "report_to", read_recipients(self.settings))
        object.__setattr__(self, "sites", tuple(parse_sites(self.settings.sites)))

    def narrowed(self, only: Only) -> Assistant:
        """Return the assistant, looking only there.

        Raises:
            Rejected: no article states what is asked for.
        """
        with self.database.read() as session:
            check_stated(session, self.scope, only)
        return self.assistant.narrowed(only)

    def _embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        return self.search.embedder.embed(texts)

    def _has_drifted(self, certified_at: datetime) -> bool:
        return self.drifting.since(self.database, self.scope, certified_at).alarm


def read_recipients(settings: Settings) -> tuple[str, ...]:
    """Return the addresses that get the month's report.

    Raises:
        Rejected: one is no address, or no mail account is set to send it from.
    """
    given = (one.strip() for one in settings.report_to.split(",") if one.strip())
    named = tuple(dict.fromkeys(normalise(Handle("email", one)).value for one in given))
    if named and not settings.mail_address:
        raise Rejected("THREADLINE_REPORT_TO is set, but no mail account.", "Set THREADLINE_MAIL_ADDRESS and servers.")
    return named


def open_tools(
    settings: Settings, database: Database, scope: Scope, clock: Callable[[], datetime], service: ServicePlan
) -> Toolbox:
    """Return the tools that the settings allow: over our own record and calendar, and the operations of APIs.

    Raises:
        Rejected: the file of APIs cannot be used, or one of its operations has the name of another tool.
    """
    allowed = frozenset(name.strip() for name in settings.bot_tools.split(",") if name.strip())
    tools = shop_tools(database, scope, clock)
    tools += [hours_tool(service.calendar, clock)] if settings.service_plan else []
    more = read_apis(settings.bot_apis, database, scope) if settings.bot_apis else []
    try:
        return Toolbox([*tools, *more], allowed | {tool.name for tool in more})
    except ValueError as error:
        raise Rejected("Two tools of the bot have one name.", "Name an operation of an API once.") from error


def open_bot(settings: Settings, assistant: Assistant, board: Board, toolbox: Toolbox) -> Bot:
    """Return the bot as the settings want it; the board tells it how busy a queue is."""

    def load(queue: str, now: datetime) -> Load:
        found = board.gauge(queue, now)
        opens = found.duty.opens
        return Load(found.peak.on, found.wait, opens.astimezone(board.plan.calendar.zone) if opens else None)

    languages = frozenset(code.strip().lower() for code in settings.embedder_languages.split(",") if code.strip())
    return Bot(
        assistant,
        load,
        settings.company,
        languages,
        daily_tokens=settings.bot_daily_tokens,
        toolbox=toolbox,
        codes=bool(settings.mail_address),
    )


def open_board(settings: Settings, database: Database, scope: Scope, service: ServicePlan) -> Board:
    """Return the board of queues as the settings and the company's hours want it.

    Raises:
        Rejected: the time zone that is set is none.
    """
    try:
        zone = ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Rejected(
            f"{settings.time_zone!r} is no time zone.", "Set THREADLINE_TIME_ZONE, such as Europe/London."
        ) from error
    limits = Limits(settings.peak_wait_seconds, settings.service_share, settings.service_seconds)
    return Board(database, scope, Plan(limits, zone, service.calendar))


@contextmanager
def open_parts(settings: Settings, *, clock: Callable[[], datetime] = now_utc) -> Iterator[Parts]:
    """Open database, search and assistant as the settings say; close them in the opposite order.

    Raises:
        Rejected: a setting cannot be used.
        Unavailable: a part that is configured does not answer, with the remedy.
    """
    scope = Scope()
    make_private(settings.data_dir)
    with (
        closing(open_database(settings.database)) as database,
        closing(open_search(settings, database, scope)) as search,
        closing(open_assistant(settings, search)) as assistant,
    ):
        parts = Parts(settings, database, scope, search, assistant, clock, open_channels(settings))
        try:
            yield parts
        finally:
            if parts.fact_reader is not None:
                parts.fact_reader.close()
