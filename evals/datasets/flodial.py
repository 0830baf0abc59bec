"""FloDial: troubleshooting dialogues whose every agent turn rests on a node of a flowchart or on a FAQ."""

from collections.abc import Mapping
from pathlib import Path

from evals.datasets.collections import Collection, Document, Query, folder
from evals.datasets.rows import Row, read_list, read_rows
from evals.figures import digest


class _Node(Row):
    label: str
    utterance: str = ""


class _Faq(Row):
    id: str
    q: str
    a: str


class _Chart(Row):
    name: str
    nodes: dict[str, _Node]
    supporting_faqs: tuple[_Faq, ...] = ()


class _Turn(Row):
    speaker: str
    utterance: str
    grounded_doc_id: str = ""


class _Dialogue(Row):
    dialog_id: str
    flowchart: str
    utterances: list[_Turn]


def read(data: Path) -> Collection:
    """Read every node and FAQ as a document, and each customer turn before a FAQ answer as a query.

    A turn that the flowchart answers is the next step, not a question with an answer; so those are no queries.

    Raises:
        NotFound: the data set or one of its files is not there.
        Rejected: a file does not hold what it should.
    """
    root = folder(data, "flodial")
    files = [root / "knowledge_sources.json", root / "dialogs.jsonl"]
    charts = read_list(files[0], _Chart)
    documents = tuple(document for chart in charts for document in _documents(chart))
    known = {document.id for document in documents}
    queries: list[Query] = []
    qrels: dict[str, Mapping[str, int]] = {}
    for dialogue in read_rows(files[1], _Dialogue):
        for place, (asked, told) in enumerate(zip(dialogue.utterances, dialogue.utterances[1:], strict=False)):
            gold = f"{dialogue.flowchart}/{told.grounded_doc_id}"
            if asked.speaker == "user" and told.grounded_doc_id.startswith("faq-") and gold in known:
                query = Query(f"{dialogue.dialog_id}-{place}", asked.utterance, dialogue.dialog_id)
                queries.append(query)
                qrels[query.id] = {gold: 1}
    return Collection("flodial", documents, tuple(queries), qrels, digest(files))


def _documents(chart: _Chart) -> list[Document]:
    nodes = [
        Document(f"{chart.name}/chart-{name}", node.label, node.utterance or node.label)
        for name, node in chart.nodes.items()
    ]
    return nodes + [Document(f"{chart.name}/faq-{faq.id}", faq.q, faq.a) for faq in chart.supporting_faqs]
