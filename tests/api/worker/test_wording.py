"""A conversation that changes hands is put in words where a model is set, and the console says who wrote them."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi.testclient import TestClient

from api.parts import Parts
from api.worker.wording import put
from assistant.chat import Chat
from assistant.scripted import ScriptedModel
from handoff.ownership import take
from knowledge.customers.entries import Entry
from knowledge.ids import ConversationId


def test_it_is_put_in_words_when_it_changes_hands(
    parts: Parts, client: TestClient, agent: dict[str, str], arrive: Callable[..., Entry]
) -> None:
    conversation = ConversationId(str(arrive("I need a spare pole for order TF-10422.").conversation))
    with parts.database.write() as session:
        taken = take(session, parts.scope, conversation, "agent@example.com", datetime.now(UTC))
    assert taken is not None
    address = f"/api/conversations/{conversation}/package"
    put(parts, taken)  # without a model nothing is done
    assert client.get(address, headers=agent).json()["summary"] == []
    model = ScriptedModel(
        script=["The customer needs a spare pole for order [VALUE_1].\nThe agent refunded everything."]
    )
    object.__setattr__(parts, "chat", Chat(model, "scripted", hide=False))
    put(parts, taken)
    put(parts, taken)
    told = client.get(address, headers=agent).json()
    assert told["summary"] == ["The customer needs a spare pole for order TF-10422."]
    assert told["summary_by"] == "scripted"
    assert len(model.seen) == 1
    assert "TF-10422" not in str(model.seen)
    page = client.get(f"/console/conversations/{conversation}/timeline", headers=agent).text
    assert "scripted put the handoff package in words" in page
    assert "1 of its sentences were not borne out" in page
