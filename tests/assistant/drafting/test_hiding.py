"""A model on another machine gets no personal data, and the agent's draft has it all the same."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from assistant.brief import Brief, Context, Turn
from assistant.drafting.hiding import HidingDrafter, leaves_this_machine
from assistant.suggest import open_drafter
from knowledge.customers.entries import OrderItem, OrderRecorded
from knowledge.settings import Settings

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
SAID = "I am Maya Lindqvist, maya@example.org. Where is order TF-10442? Call +46 8 928 571 38"


def told(brief: Brief) -> Brief:
    order = OrderRecorded("TF-10442", "shipped", (OrderItem("Aurora 2 tent"),), tracking="JD0146000037")
    context = Context(
        name="Maya Lindqvist",
        orders=(order,),
        preferences=(("reach me at", "maya@example.org"),),
        dialogue=(Turn("customer", SAID, NOW, "chat"),),
    )
    return replace(brief, question=SAID, focus=SAID, context=context)


def test_nothing_personal_is_sent_and_the_draft_is_put_right(serve: Any, server: Any, brief: Brief) -> None:
    sent: list[str] = []
    answer = json.dumps({"decision": "answer", "text": "[PERSON_1], order [ORDER_1] is shipped. [1]", "citations": [1]})

    def behave(handler: Any) -> None:
        sent.append(json.dumps(handler.body, ensure_ascii=False))
        server.stream(handler, answer)

    settings = Settings(chat_url=serve(behave), chat_model="m", chat_seconds=10, drafter="endpoint")
    deltas: list[str] = []
    drafter = HidingDrafter(open_drafter(settings))
    try:
        draft = drafter.draft(told(brief), deltas.append)
    finally:
        drafter.close()
    for secret in ("Maya", "Lindqvist", "maya@", "10442", "928 571", "JD0146000037"):
        assert secret not in sent[0]
    assert "Aurora 2 tent" in sent[0]
    assert "Unworn boots" in sent[0]
    assert draft.text == "Maya Lindqvist, order TF-10442 is shipped. [1]"
    assert "".join(deltas) == draft.text
    assert draft.citations == (1,)


def test_only_another_machine_gets_placeholders() -> None:
    for url, leaves in (
        ("http://127.0.0.1:9/v1", False),
        ("http://localhost:9", False),
        ("https://models.example", True),
    ):
        assert leaves_this_machine(url) is leaves
        opened = open_drafter(Settings(chat_url=url, chat_model="m", drafter="endpoint"))
        assert isinstance(opened, HidingDrafter) is leaves
        opened.close()


def test_a_setting_sends_the_data_as_it_is() -> None:
    chosen = Settings(chat_url="https://models.example", chat_model="m", drafter="endpoint", chat_personal_data="send")
    opened = open_drafter(chosen)
    assert not isinstance(opened, HidingDrafter)
    opened.close()
