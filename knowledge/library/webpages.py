"""HTML files: the article without navigation and scripts, and what its head states."""

from typing import Any

from knowledge.library.drafts import Fields

_NOISE = "//script|//style|//noscript|//template|//nav|//footer|//aside|//iframe|//form|//object|//svg"
_META = {
    "visibility": "visibility",
    "product": "product",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
    "language": "language",
    "date": "updated",
    "last-modified": "updated",
}


def read_html(text: str, fields: Fields) -> tuple[str, str]:
    """Return title ("" when there is none) and text as Markdown; head statements go into `fields`."""
    import trafilatura

    tree = trafilatura.load_html(text)
    if tree is None:
        return "", ""
    fields.values["language"] = tree.get("lang") or ""
    for name, target in _META.items():
        if stated := _attribute(tree, f"//meta[@name='{name}']/@content"):
            fields.values[target] = stated
    fields.values["url"] = _attribute(tree, "//link[@rel='canonical']/@href")
    title = _text(tree, "//title") or _text(tree, "//h1")
    for noise in tree.xpath(_NOISE):
        noise.drop_tree()
    body = trafilatura.extract(
        tree, output_format="markdown", include_comments=False, include_tables=True, config=_config()
    )
    return title, body or " ".join(tree.text_content().split())


def _attribute(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0]).strip() if found else ""


def _text(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return " ".join(found[0].text_content().split()) if found else ""


def _config() -> Any:
    from trafilatura.settings import use_config

    config = use_config()
    for name in ("MIN_EXTRACTED_SIZE", "MIN_OUTPUT_SIZE"):  # a help article may be one sentence
        config.set("DEFAULT", name, "0")
    return config
