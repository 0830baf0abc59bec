"""The commands that ask the assistant: `ask` and `suggest`."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.opening import load, now_utc
from api.cli.output import AsJson, tell, write, write_json
from knowledge.failures import NotFound

if TYPE_CHECKING:
    from api.parts import Parts
    from assistant.suggest import Progress
    from knowledge.customers.entries import PassageUsed, SuggestionShown
    from knowledge.ids import ConversationId

Stream = Annotated[
    bool | None,
    typer.Option("--stream/--no-stream", help="Show the text as it is written; default: while a terminal watches."),
]
OfProduct = Annotated[str, typer.Option("--product", help="Look only at articles that state this product.")]
InLanguage = Annotated[str, typer.Option("--language", help="Look only at articles in this language, such as de.")]
QUOTED_CHARS = 600


def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question, as a customer would ask it.", show_default=False)
    ],
    product: OfProduct = "",
    language: InLanguage = "",
    stream: Stream = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question from the library, with sources. Nothing is stored.

    \b
    Example:
      threadline ask 'How long do I have to send a tent back?'
      threadline ask 'How do I clean it?' --product Ember
    """
    from api.parts import open_parts
    from assistant.suggest import ask as answer
    from retrieval.passages import Only

    teller = Teller(_streams(stream, as_json))
    with open_parts(load()) as parts:
        shown = answer(parts.narrowed(Only(product, language)), question, now=now_utc(), on_progress=teller)
        _write_out(parts, shown, teller.streamed, as_json)


def suggest(
    conversation: Annotated[
        str,
        typer.Argument(
            metavar="CONVERSATION", help="Its id, or the id its source knows it by (conv-111).", show_default=False
        ),
    ],
    product: OfProduct = "",
    language: InLanguage = "",
    stream: Stream = None,
    as_json: AsJson = False,
) -> None:
    """Suggest a reply to a conversation.

    It is what an agent would see, and it is kept on the timeline.

    \b
    Example:
      threadline conversations --waiting
      threadline suggest conv-111
    """
    from api.parts import open_parts
    from assistant.suggest import suggest as draft
    from retrieval.passages import Only

    teller = Teller(_streams(stream, as_json))
    with open_parts(load()) as parts:
        found = _find(parts, conversation)
        assistant = parts.narrowed(Only(product, language))
        shown = draft(assistant, parts.database, parts.scope, found, now_utc(), teller)
        _write_out(parts, shown, teller.streamed, as_json)


def _write_out(parts: "Parts", shown: "SuggestionShown", streamed: str, as_json: bool) -> None:
    if as_json:
        write_json(_as_json(shown))
        return
    _show(shown, streamed=streamed)
    if shown.decision in ("abstain", "hand_over"):
        _advise(parts)


def _find(parts: "Parts", named: str) -> "ConversationId":
    from knowledge.customers import conversations
    from knowledge.ids import ConversationId

    with parts.database.read() as session:
        found = conversations.find_by_key(session, parts.scope, named)
        try:
            found = found or conversations.get_conversation(session, parts.scope, ConversationId(named))
        except NotFound as failure:
            raise NotFound(failure.message, "`threadline conversations` lists them with their ids.") from None
        return found.id


def _streams(wanted: bool | None, as_json: bool) -> bool:
    return not as_json and (sys.stdout.isatty() if wanted is None else wanted)


class Teller:
    """Shows a text while it is written; `streamed` is what stands on the screen."""

    def __init__(self, streams: bool) -> None:
        self._streams = streams
        self.streamed = ""

    def __call__(self, progress: "Progress") -> None:
        """Show one step."""
        if not self._streams:
            return
        if progress.step == "text":
            write(progress.text, end="")
            sys.stdout.flush()
            self.streamed += progress.text
        elif progress.step == "restart":
            if self.streamed:
                write()
            tell(f"starting again: {progress.text}")
            self.streamed = ""


def _show(shown: "SuggestionShown", *, streamed: str) -> None:
    if streamed.strip() == shown.text.strip() and streamed:
        write()
    elif shown.text:
        write(f"\n{shown.text}" if streamed else shown.text)
    write(f"\nDecision: {shown.decision.replace('_', ' ')} – {shown.reason}")
    writer = f"{shown.drafter} ({shown.model})" if shown.model else shown.drafter
    write(f"Written by: {writer}" + (f"; {shown.fallback}" if shown.fallback else ""))
    cited = [passage for passage in shown.passages if passage.number in shown.citations]
    guidance = [passage for passage in shown.passages if passage.number in shown.guidance]
    if cited:
        write("\nSources")
    for passage in cited:
        _show_passage(passage)
    if guidance:
        write("\nInternal, not for customers")
    for passage in guidance:
        _show_passage(passage)


def _show_passage(passage: "PassageUsed") -> None:
    heading = f" › {passage.heading}" if passage.heading and passage.heading != passage.title else ""
    write(f"[{passage.number}] {passage.title}{heading}")
    if passage.url:
        write(f"    {passage.url}")
    text = passage.text if len(passage.text) <= QUOTED_CHARS else passage.text[:QUOTED_CHARS].rstrip() + " …"
    for line in text.splitlines():
        if line.strip():
            write(f"    | {line.strip()}")


def _advise(parts: "Parts") -> None:
    from knowledge.library.articles import count_articles

    with parts.database.read() as session:
        counts = count_articles(session, parts.scope)
    if not counts:
        tell("The library is empty: fill it by `threadline ingest PATH --visibility public`, or try `threadline demo`.")
    elif not counts.get("public"):
        tell("Every article is internal, so nothing may be told to customers.")
        tell("  State what they may read: `threadline ingest PATH --public 'path:help/*'` or --visibility public.")


def _as_json(shown: "SuggestionShown") -> dict[str, Any]:
    from dataclasses import asdict

    from assistant.citations import reply_text

    return asdict(shown) | {"reply_text": reply_text(shown)}
