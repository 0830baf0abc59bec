"""The command that names topics from examples: `topics`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import load
from api.cli.output import AsJson, write, write_json, write_table


def topics(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A YAML file: each topic with a list of example messages.")
    ],
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="A message: say what it is about.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a message is about, from a few examples of each topic; none of them is an answer.

    Without a message: the topics of the file.

    \b
    Example:
      threadline topics topics.yaml 'my parcel has not come'
    """
    from assistant.understanding.topics import fit_topics, read_topics
    from retrieval.embedding import open_embedder

    examples = read_topics(file)
    embedder = open_embedder(load())
    fitted = fit_topics(examples, embedder.embed)
    if not text.strip():
        if as_json:
            write_json({"topics": {name: len(some) for name, some in examples.items()}, "limit": fitted.limit})
            return
        write_table(("topic", "examples"), [(name, str(len(some))) for name, some in examples.items()])
        return
    named = fitted.name(embedder.embed([text]))[0]
    if as_json:
        write_json({"topic": named.topic, "nearest": named.nearest, "chance": named.chance, "score": named.score})
        return
    write(named.topic or f"None of them; the nearest is {named.nearest}.")
    write(f"Chance among all topics: {named.chance:.0%}.")
