"""The journey: from a waiting message to a stored suggestion, on both databases with a real search."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.drafting.endpoint import EndpointDrafter
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.feedback import explain
from assistant.form import SMS_CHARS
from assistant.scripted import ScriptedModel
from assistant.suggest import Assistant, Progress, ask, open_assistant, suggest
from knowledge.customers.entries import Handle, NoteAdded, OrderItem, OrderRecorded, SuggestionShown
from knowledge.customers.record import KnownHandle
from knowledge.customers.timeline import page
from knowledge.database import Database
from knowledge.failures import NotFound, Rejected, Unavailable
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.search import Search

NOW = datetime(2026, 11, 2, tzinfo=UTC)
MAIL = Handle("email", "maya@example.org")


def test_suggests_a_cited_answer_and_stores_it(
    assistant: Assistant, desk: Any, database: Database, scope: Scope
) -> None:
    desk.customer(KnownHandle(MAIL, True))
    asked = desk.receive("Hi,\n\ncan I return unworn boots?\n\nBest regards\nMaya")
    steps: list[Progress] = []
    shown = suggest(assistant, database, scope, asked.conversation, NOW, steps.append)
    assert shown.decision == "answer"
    assert shown.text.startswith("Hello Maya Lind,")
    assert "Unworn boots can be returned within 30 days of delivery." in shown.text
    assert shown.answers == asked.id
    assert shown.question == "can I return unworn boots?"
    public = {used.number for used in shown.passages if used.visibility == "public"}
    assert set(shown.citations) <= public
    assert shown.citations
    assert all(claim.support == "supported" for claim in shown.claims), shown.claims
    assert {"context", "passages", "draft", "claims", "decision", "total"} == set(shown.timings_ms)
    assert (shown.drafter, shown.model, shown.prompt, shown.fallback) == ("extractive", "", "", "")
    assert [step.step for step in steps] == ["passages", "text", "done"]
    assert "".join(step.text for step in steps if step.step == "text") == shown.text
    with database.read() as session:
        assert explain(session, scope, shown.suggestion) == shown


def test_the_internal_article_guides_the_agent_only(
    assistant: Assistant, desk: Any, database: Database, scope: Scope
) -> None:
    asked = desk.receive("My boots arrive late, more than nine days. Is there a zebra voucher for boots that are late?")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert shown.guidance
    assert not set(shown.guidance) & set(shown.citations)
    assert "zebra" not in shown.text


def test_abstains_far_from_every_article(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("Which football club won the championship in Portugal in 1987?")
    steps: list[Progress] = []
    shown = suggest(assistant, database, scope, asked.conversation, NOW, steps.append)
    assert (shown.decision, shown.text, shown.citations, shown.claims) == ("hand_over", "", (), ())
    assert "No article comes near" in shown.reason
    streamed = ""
    for step in steps:
        streamed = "" if step.step == "restart" else streamed + step.text * (step.step == "text")
    assert streamed == ""


def test_thanks_ask_nothing(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("Thank you!")
    assert suggest(assistant, database, scope, asked.conversation, NOW).decision == "abstain"


def test_asks_back_when_the_message_says_too_little(
    assistant: Assistant, desk: Any, database: Database, scope: Scope
) -> None:
    asked = desk.receive("Problem please")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert shown.decision == "ask_back"
    assert shown.text.count("?") >= 1
    assert shown.citations == ()


def test_own_order_comes_from_the_record(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> None:
    customer = desk.customer(KnownHandle(MAIL, True))
    order = OrderRecorded("TF-1042", "shipped", (OrderItem("Ridge 40"),), carrier="DHL", tracking="JD0146")
    desk.append(customer, order)
    asked = desk.receive("Where is my order? It should have arrived by now.")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert shown.decision == "answer"
    assert "Your order TF-1042 has the status “shipped”." in shown.text
    assert "JD0146" in shown.text
    assert "record" in shown.reason
    assert shown.citations == ()  # what the library says of delivery times in general is not asked
    desk.receive("Where is my order TF-1042? And can unworn boots be returned within 30 days of delivery?")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert "TF-1042" in shown.text
    assert "Unworn boots can be returned within 30 days" in shown.text


def test_a_public_conversation_says_nothing_of_orders(
    assistant: Assistant, desk: Any, database: Database, scope: Scope
) -> None:
    customer = desk.customer(KnownHandle(MAIL, True))
    desk.append(customer, OrderRecorded("TF-1042", "shipped", tracking="JD0146"))
    asked = desk.receive("Where is my order TF-1042? It should have arrived by now.", public=True)
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert "JD0146" not in shown.text
    assert "shipped" not in shown.text


@pytest.mark.parametrize(
    ("address", "more", "begins", "most"),
    [
        (MAIL, {}, "Hello Maya Lind,", None),
        (Handle("sms", "+441632960001"), {}, "", SMS_CHARS),
        (Handle("chat", "v-1"), {}, "Hello Maya Lind,", None),
        (Handle("x", "@maya"), {"public": True}, "", None),
    ],
)
def test_the_draft_of_a_conversation_has_the_form_of_its_channel(
    assistant: Assistant,
    desk: Any,
    database: Database,
    scope: Scope,
    address: Handle,
    more: Any,
    begins: str,
    most: Any,
) -> None:
    desk.customer(KnownHandle(MAIL, True), KnownHandle(address, True))
    asked = desk.receive("can I return unworn boots?", address, **more)
    shown = suggest(replace(assistant, company="Tarnfell"), database, scope, asked.conversation, NOW)
    assert (shown.channel, shown.decision) == (address.kind, "answer")
    assert "Unworn boots can be returned within 30 days of delivery." in shown.text
    assert shown.text.startswith(begins)
    assert ("Maya" in shown.text) == bool(begins)
    assert most is None or len(shown.text.split("\n")[0]) <= most
    assert shown.text.rstrip().endswith("Tarnfell") == (address.kind == "email")


def test_a_message_that_arrives_meanwhile_is_not_the_one_answered(
    search: Search, desk: Any, database: Database, scope: Scope
) -> None:
    asked = desk.receive("Can I return unworn boots?")

    def interrupt(_messages: Any) -> str:
        desk.receive("Forget it, what about tents?")
        return json.dumps(
            {"decision": "answer", "text": "Unworn boots can be returned within 30 days. [1]", "citations": [1]}
        )

    drafter = EndpointDrafter(ScriptedModel(script=[interrupt]), "scripted", 10)
    shown = suggest(Assistant(search, drafter, ExtractiveDrafter()), database, scope, asked.conversation, NOW)
    drafter.close()
    assert shown.answers == asked.id
    with database.read() as session:
        kinds = [entry.kind for entry in page(session, scope, conversation=asked.conversation)]
    assert sorted(kinds) == ["conversation_opened", "message_received", "message_received", "suggestion_shown"]


def test_the_fallback_is_stored_with_its_reason(search: Search, desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("Can I return unworn boots?")
    drafter = EndpointDrafter(ScriptedModel(script=["no json here"]), "scripted", 10)
    shown = suggest(Assistant(search, drafter, ExtractiveDrafter()), database, scope, asked.conversation, NOW)
    drafter.close()
    assert shown.drafter == "extractive"
    assert shown.fallback == "The model did not answer with the JSON that was asked for."
    assert shown.decision == "answer"


def test_the_model_sees_no_note_and_no_internal_text(
    search: Search, desk: Any, database: Database, scope: Scope
) -> None:
    asked = desk.receive("My boots arrive late, more than nine days. What do I get for boots that are late?")
    desk.append(asked.customer, NoteAdded("colleague note: secret plan", "a@example.org"), asked.conversation)
    model = ScriptedModel(script=[json.dumps({"decision": "abstain", "text": "", "citations": []})])
    drafter = EndpointDrafter(model, "scripted", 10)
    shown = suggest(Assistant(search, drafter, ExtractiveDrafter()), database, scope, asked.conversation, NOW)
    drafter.close()
    seen = "\n".join(message.text for message in model.seen[0])
    assert shown.guidance
    assert "zebra" not in seen
    assert "secret plan" not in seen


def test_unsupported_sentences_are_visible(search: Search, desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("Can I return unworn boots?")

    def write(messages: Any) -> str:
        number = messages[1].text.split("Unworn boots")[0].rsplit("[", 1)[1].split("]")[0]
        text = (
            f"Unworn boots can be returned within 30 days. [{number}] We will refund you 500 euros tomorrow. [{number}]"
        )
        return json.dumps({"decision": "answer", "text": text, "citations": [int(number)]})

    drafter = EndpointDrafter(ScriptedModel(script=[write]), "scripted", 10)
    shown = suggest(Assistant(search, drafter, ExtractiveDrafter()), database, scope, asked.conversation, NOW)
    drafter.close()
    assert [claim.support for claim in shown.claims] == ["supported", "not_found"]
    assert shown.claims[1].signals["promise"] == 1
    assert "Check 1 of 2 sentences" in shown.reason


def test_ask_stores_nothing(assistant: Assistant, database: Database, scope: Scope) -> None:
    shown = ask(assistant, "How long does standard delivery take?", now=NOW)
    assert "Standard delivery takes three to five working days." in shown.text
    with database.read() as session:
        assert page(session, scope) == []


def test_several_questions_in_one_message_are_each_answered(assistant: Assistant) -> None:
    both = "How long does standard delivery take? And for how many years are gift cards valid?"
    shown = ask(assistant, both, now=NOW)
    assert "Standard delivery takes three to five working days." in shown.text
    assert "Gift cards are valid for three years." in shown.text
    assert len(shown.citations) == 2
    assert {passage.title for passage in shown.passages[:2]} == {"Delivery times", "Gift cards"}
    assert [passage.score for passage in shown.passages] == sorted((p.score for p in shown.passages), reverse=True)
    assert "Nothing answers" not in shown.reason


def test_one_of_several_questions_that_nothing_answers_is_told(assistant: Assistant) -> None:
    both = "How long does standard delivery take? And do you employ astronauts on Mars?"
    shown = ask(assistant, both, now=NOW)
    assert shown.decision == "answer"
    assert shown.reason.endswith("Nothing answers “And do you employ astronauts on Mars?”.")


def test_each_question_of_several_is_embedded_once(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder, asked = assistant.search.embedder, list[str]()

    class Listening:
        id, dimensions = embedder.id, embedder.dimensions

        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            asked.extend(texts)
            return embedder.embed(texts)

    monkeypatch.setattr(assistant.search, "embedder", Listening())
    parts = ["How long does standard delivery take?", "And for how many years are gift cards valid?"]
    ask(assistant, " ".join(parts), now=NOW)
    assert [asked.count(text) for text in (" ".join(parts), *parts)] == [1, 1, 1]


def test_what_is_refused(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> None:
    with pytest.raises(Rejected):
        ask(assistant, " \0 ", now=NOW)
    with pytest.raises(NotFound):
        suggest(assistant, database, scope, ConversationId("0" * 32), NOW)


def test_a_huge_message_is_answered(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("Can I return unworn boots? " + "la " * 33_000)
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    assert isinstance(shown, SuggestionShown)
    assert len(shown.question) <= 1_000
    assert shown.timings_ms["total"] < 5_000


def test_configured_but_unusable_does_not_start(search: Search, tmp_path: Any) -> None:
    with pytest.raises(Unavailable, match="threadline models install qwen2.5-1.5b"):
        open_assistant(Settings(drafter="local", models_dir=tmp_path), search)
    opened = open_assistant(Settings(), search)
    assert opened.drafter.name == "extractive"
    opened.close()
