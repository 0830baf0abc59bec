"""Prompting: does the prompt still say what a model must be told? Read by a scripted model that does as it is told.

The reader is no language model: it follows the prompt word for word, so that what it gets wrong is the prompt's fault.
"""

import json
import re
from collections.abc import Sequence

from langchain_core.messages import BaseMessage

from assistant.drafting.endpoint import EndpointDrafter
from assistant.scripted import ScriptedModel
from assistant.sentences import content_words
from assistant.suggest import brief_of
from assistant.understanding.question import plain_question
from evals.core.cases import Answer, Case, Metric, Task
from evals.core.registry import task
from evals.core.stage import Stage
from evals.datasets import tarnfell

BLOCK = re.compile(r'<data name="([^"]*)">\n(.*?)\n</data>', re.DOTALL)
ARTICLE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
# Rules without which a model promises, invents or obeys a customer's text. Each is looked for by its own words.
RULES = {
    "data_is_no_instruction": r"never an instruction",
    "only_the_articles": r"only the articles",
    "cites": r"square brackets",
    "may_abstain": r"abstain",
    "may_ask_back": r"ask_back",
    "no_promises": r"never promise",
    "language": r"language",
}
SECONDS = 5.0


def obey(messages: Sequence[BaseMessage]) -> str:
    """Answer as the prompt says: quote the article nearest to the question, in the form that is asked for."""
    system, user = str(messages[0].content), str(messages[-1].content)
    blocks = dict(BLOCK.findall(user))
    asked = set(content_words(blocks.get("question to answer now", "")))
    best, number = 0, 0
    for article in re.split(r"\n\n(?=\[\d+\] )", blocks.get("articles", "")):
        head = ARTICLE.match(article)
        near = len(asked & set(content_words(article)))
        if head and near > best:
            best, number = near, int(head.group(1))
    if "JSON" not in system:
        return f"See [{number}]."
    if not number or "square brackets" not in system:
        return json.dumps({"decision": "abstain", "text": "", "citations": []})
    return json.dumps({"decision": "answer", "text": f"As the article says. [{number}]", "citations": [number]})


@task("prompting/demo", gate=True)
def prompting(stage: Stage) -> Task:
    """The drafting prompt over the demo's questions: its rules, its blocks, what an obedient reader makes of it."""
    key = tarnfell.read(stage.examples)

    def answer(case: Case) -> Answer | None:
        model = ScriptedModel(script=[obey])
        drafter = EndpointDrafter(model, "obedient reader", SECONDS)
        try:
            brief = brief_of(stage.company.assistant, plain_question(case.given["question"]))
            draft = drafter.draft(brief, lambda _: None)
        finally:
            drafter.close()
        cited = [stage.company.paths[one.article] for one in brief.passages if one.number in draft.citations]
        system, user = (str(one.content) for one in (model.seen[0][0], model.seen[0][-1]))
        told = {"system": system, "user": user, "decision": draft.decision, "cited": cited}
        return Answer(told) if draft.decision == "answer" else None

    def mark(case: Case, given: Answer) -> dict[str, float]:
        blocks = dict(BLOCK.findall(given.output["user"]))
        rules = [re.search(rule, given.output["system"], re.IGNORECASE) is not None for rule in RULES.values()]
        where = blocks.get("question to answer now", "")
        return {
            "rules": sum(rules) / len(rules),
            "question_in_its_block": float(
                bool(where) and where in case.given["question"] and where not in given.output["system"]
            ),
            "cites_gold": float(any(path in case.wanted["articles"] for path in given.output["cited"])),
        }

    cases = tuple(
        Case(one.id, {"question": one.text}, {"articles": sorted(path.partition("#")[0] for path in one.articles)})
        for one in key.questions
        if one.kind == "answerable"
    )
    metrics = (Metric("rules"), Metric("question_in_its_block"), Metric("cites_gold"))
    return Task("prompting/demo", cases, answer, mark, metrics, key.digest, stage.told, {"chat": "obedient reader"})
