"""The commands of local language models: `models list`, `models install` and `models remove`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import load
from api.cli.output import AsJson, counting, tell, write, write_json, write_table

models = typer.Typer(
    help="Language models that run in this process (THREADLINE_DRAFTER=local).",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A name that `threadline models list` shows.", show_default=False)
]


@models.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models that can be installed, and which are.

    \b
    Example:
      threadline models list
    """
    from assistant.models.install import list_models as catalogue

    listed = catalogue(load().models_dir)
    if as_json:
        write_json(
            [
                {
                    "name": one.model.name,
                    "title": one.model.title,
                    "bytes": one.model.size,
                    "licence": one.model.licence,
                    "use": one.model.use,
                    "installed": one.path is not None,
                    "path": str(one.path) if one.path else None,
                }
                for one in listed
            ]
        )
        return
    write_table(
        ("name", "size", "licence", "good for", "installed"),
        [
            (one.model.name, f"{one.model.size / 1e6:,.0f} MB", one.model.licence, one.model.use, one.path or "no")
            for one in listed
        ],
    )


@models.command("install")
def install(
    name: Name,
    file: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Use this GGUF file instead of fetching it; its hash must fit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a model, check its hash and put it in THREADLINE_MODELS_DIR. An interrupted fetch goes on.

    \b
    Example:
      threadline models install qwen2.5-1.5b
    """
    from assistant.models.install import InstallProgress
    from assistant.models.install import install as fetch

    with counting(f"Installing {name}") as report:

        def show(progress: InstallProgress) -> None:
            report(progress.done, progress.total)

        path = fetch(load().models_dir, name, show, given=file)
    if as_json:
        write_json({"name": name, "path": str(path)})
        return
    write(f"{name} is installed: {path}")
    tell(f"To draft with it, set THREADLINE_DRAFTER=local and THREADLINE_LOCAL_MODEL={name}.")


@models.command("remove")
def remove(name: Name, as_json: AsJson = False) -> None:
    """Remove an installed model.

    \b
    Example:
      threadline models remove smollm2-135m
    """
    from assistant.models.install import remove as delete

    removed = delete(load().models_dir, name)
    if as_json:
        write_json({"name": name, "removed": removed})
    else:
        write(f"{name} is removed." if removed else f"{name} was not installed.")
