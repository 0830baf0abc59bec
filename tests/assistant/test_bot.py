"""The gate: one condition after the other, bursts, shadow, what is posted and what never is."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assistant.answering.posting import wait_minutes
from assistant.answering.words import words_of
from assistant.bot import Bot, Load, attend, look, think
from assistant.suggest import Assistant
from assistant.tools.own import shop_tools
from assistant.tools.toolbox import Toolbox
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers import inbox, timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.conversations import Wanted, get_conversation, list_conversations
from knowledge.customers.entries import (
    ConversationAssigned,
    Entry,
    Handle,
    MessageSent,
    OrderItem,
    OrderRecorded,
    StatusChanged,
    SuggestionShown,
)
from knowledge.customers.record import KnownHandle
from knowledge.ids import ConversationId

ASKED = "How many days do I have to return unworn boots?"
CHAT = Handle("chat", "a" * 64)


class House:
    """A bot at work over a real record: what it decided, what the customer read."""

    def __init__(self, desk: Any, bot: Bot) -> None:
        self.desk, self.bot = desk, bot
        self.database, self.scope = desk.database, desk.scope

    def rule(self, **given: Any) -> None:
        with self.database.write() as session:
            rules.set_rule(session, self.scope, Rule(**given), self.desk.tick())

    def certify(self, threshold: float | None) -> None:
        given = Certified(0.05, 0.95, threshold, 200, 100, 0, "tests", "tests")
        with self.database.write() as session:
            rules.certify(session, self.scope, given, self.desk.tick())

    def hear(self, text: str, address: Handle = CHAT) -> ConversationId:
        conversation = self.desk.receive(text, address).conversation
        assert conversation is not None
        return conversation

    def attend(self, conversation: ConversationId, **changes: Any) -> BotDecided | None:
        return attend(replace(self.bot, **changes), self.database, self.scope, conversation, self.desk.tick())

    def entries(self, conversation: ConversationId) -> list[Entry]:
        with self.database.read() as session:
            return timeline.page(session, self.scope, conversation=conversation)

    def sent(self, conversation: ConversationId) -> list[MessageSent]:
        return [one.payload for one in self.entries(conversation) if isinstance(one.payload, MessageSent)]


@pytest.fixture
def house(assistant: Assistant, desk: Any) -> House:
    opened = House(desk, Bot(assistant, lambda _queue, _now: Load(True, 540.0), "Tarnfell"))
    opened.rule(mode="always")
    opened.certify(0.05)
    return opened


def test_it_answers_with_its_evidence_and_says_first_that_it_is_an_ai(house: House) -> None:
    where = house.hear(ASKED)
    decided = house.attend(where)
    assert decided is not None
    assert (decided.action, decided.reason, decided.supported) == ("answer", "", True)
    (sent,) = house.sent(where)
    assert sent.author == "bot"
    assert "30 days" in sent.text
    assert "(an AI)" in sent.text
    assert "[1]" not in sent.text
    (shown,) = [one.payload for one in house.entries(where) if isinstance(one.payload, SuggestionShown)]
    assert decided.suggestion == sent.suggestion == shown.suggestion
    # a second question is not greeted with the disclosure again
    house.hear("And how long does standard delivery take?")
    house.attend(where)
    assert sum("(an AI)" in one.text for one in house.sent(where)) == 1


def test_a_turn_is_decided_once_and_a_burst_is_one_turn(house: House) -> None:
    where = house.hear("Hello")
    house.hear("I have boots")
    house.hear(ASKED)
    decided = house.attend(where)
    assert decided is not None
    assert len(decided.turn) == 3
    assert house.attend(where) is None
    assert len(house.sent(where)) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a person, please", "asked_for_person"),
        ("Kann ich mit einem Menschen sprechen?", "asked_for_person"),
        ("Wie lange kann ich Stiefel zurückgeben?", "language"),
        ("長靴はいつまで返品できますか", "language"),
        ("My lawyer asks how many days I have to return boots", "sensitive"),
        ("HOW MANY DAYS DO I HAVE TO RETURN BOOTS", "anger"),
        ("This is ridiculous. " + ASKED, "anger"),
        ("I hate this awful company, you people are horrible and cruel. " + ASKED, "anger"),
        ("Do you sell surfboards for the north sea?", "no_answer"),
    ],
)
def test_what_goes_to_a_person_is_told_so_with_the_wait(house: House, text: str, reason: str) -> None:
    where = house.hear(text)
    decided = house.attend(where)
    assert decided is not None
    assert (decided.action, decided.reason) == ("hand_off", reason)
    (sent,) = house.sent(where)
    assert sent.holding
    assert "10 " in sent.text  # nine minutes, rounded up
    with house.database.read() as session:
        found = get_conversation(session, house.scope, where)
        waiting = list_conversations(session, house.scope, Wanted(waiting=True))
    assert found.waiting
    assert where in [one.id for one in waiting]
    # From now on it is a person's: the bot says no more, whatever is written.
    house.hear(ASKED)
    assert house.attend(where) is None
    assert len(house.sent(where)) == 1


def test_words_of_no_language_are_taken_to_be_in_the_one_on_record(house: House) -> None:
    house.desk.customer(KnownHandle(CHAT, True), language="de")
    where = house.hear("TF-104233")
    decided = house.attend(where)
    assert decided is not None
    assert (decided.language, decided.reason) == ("de", "language")
    other = Handle("chat", "b" * 64)
    decided = house.attend(house.hear("TF-104233", other))
    assert decided is not None
    assert (decided.language, decided.reason) == ("", "language")


def test_out_of_hours_it_tells_when_people_are_back(house: House) -> None:
    opens = datetime(2026, 11, 23, 8, 0, tzinfo=ZoneInfo("Europe/London"))
    where = house.hear("Do you sell surfboards for the north sea?")
    house.attend(where, load=lambda _queue, _now: Load(True, 36_000.0, opens))
    assert "Our team is back on 2026-11-23, 08:00 (GMT)" in house.sent(where)[0].text
    soon = house.hear("Do you sell surfboards for the north sea?", Handle("chat", "b" * 64))
    house.attend(soon, load=lambda _queue, _now: Load(True, 600.0, opens))
    assert "in about 10 minutes" in house.sent(soon)[0].text


def test_a_language_on_the_list_is_spoken_to_in_it_another_one_in_english(house: House) -> None:
    german = house.hear("Wie lange kann ich die Stiefel zurückgeben?", Handle("chat", "b" * 64))
    house.attend(german)
    assert words_of("de").language in house.sent(german)[0].text
    japanese = house.hear("長靴はいつまで返品できますか", Handle("chat", "c" * 64))
    house.attend(japanese)
    assert words_of("en").language in house.sent(japanese)[0].text


@pytest.mark.parametrize("threshold", [None, 0.999999])
def test_without_a_certificate_or_below_its_threshold_nothing_is_answered(
    house: House, threshold: float | None
) -> None:
    house.certify(threshold)
    decided = house.attend(house.hear(ASKED))
    assert decided is not None
    assert (decided.action, decided.reason) == ("hand_off", "uncertified" if threshold is None else "unsure")
    assert "30 days" in decided.text  # what it would have said stays for the agent


def test_where_customers_ask_about_other_things_the_library_answers_nothing_and_the_record_still_does(
    house: House,
) -> None:
    where = house.hear(ASKED)
    decided = house.attend(where, drifted=lambda _certified_at: True)
    assert decided is not None
    assert (decided.action, decided.reason) == ("hand_off", "drift")
    assert "30 days" in decided.text
    owner = house.desk.customer(KnownHandle(Handle("email", "maya@example.org"), True))
    house.desk.append(owner, OrderRecorded("TF-1", "shipped", (OrderItem("Boots"),), tracking="FW86693947GB"))
    mine = house.desk.receive("Where is my order TF-1?", Handle("email", "maya@example.org")).conversation
    told = house.attend(mine, drifted=lambda _certified_at: True)
    assert told is not None
    assert told.action == "answer"


def test_modes_decide_whether_it_speaks(house: House) -> None:
    quiet: dict[str, Any] = {"load": lambda _queue, _now: Load(False, 10.0)}
    house.rule(mode="off")
    where = house.hear(ASKED)
    assert house.attend(where) is None
    house.rule(mode="peak")
    assert house.attend(where, **quiet) is None
    house.rule(mode="shadow")
    decided = house.attend(where, **quiet)
    assert decided is not None
    assert (decided.action, decided.sent) == ("answer", None)
    assert house.sent(where) == []
    assert not any(isinstance(one.payload, SuggestionShown) for one in house.entries(where))
    house.rule(mode="suggest")
    house.hear("And how long does standard delivery take?")
    assert house.attend(where, **quiet) is not None
    assert house.sent(where) == []
    assert any(isinstance(one.payload, SuggestionShown) for one in house.entries(where))
    house.rule(mode="peak")
    house.hear("How long are gift cards valid?")
    assert house.attend(where) is not None
    assert len(house.sent(where)) == 1
    # The peak is over in the middle of the talk: it says so and a person follows.
    house.hear("How should I store my tent, dry or wet?")
    decided = house.attend(where, **quiet)
    assert decided is not None
    assert (decided.action, decided.reason) == ("hand_off", "no_peak")


def test_rules_of_a_topic_and_a_channel_count_for_more_and_a_rollout_grows(house: House) -> None:
    house.rule(channel="chat", mode="off")
    where = house.hear(ASKED)
    assert house.attend(where) is None
    house.rule(topic="returns", mode="always")
    assert house.attend(where, topic_of=lambda _text: "returns") is not None
    house.rule(channel="chat", mode="always", share=0.0)
    assert house.attend(house.hear(ASKED, Handle("chat", "d" * 64))) is None
    one = [ConversationId(f"{number:032x}") for number in range(2_000)]
    tenth = {name for name in one if rules.takes_part(Rule(share=0.1), name)}
    half = {name for name in one if rules.takes_part(Rule(share=0.5), name)}
    assert 150 < len(tenth) < 250
    assert tenth < half


def test_owned_closed_public_or_with_a_person_it_keeps_out(house: House) -> None:
    where = house.hear(ASKED)
    house.desk.append(house.entries(where)[0].customer, ConversationAssigned("sara@x.example", "sara@x.example"), where)
    assert house.attend(where) is None
    house.desk.append(house.entries(where)[0].customer, ConversationAssigned(None, "sara@x.example"), where)
    house.desk.reply(where, "Hello, Sara here.")
    house.hear("And the delivery?")
    assert house.attend(where) is None
    # Resolved, and a new question: it is a fresh contact with a fresh disclosure.
    house.desk.append(house.entries(where)[0].customer, StatusChanged("resolved", "sara@x.example"), where)
    assert house.attend(where) is None
    with house.database.write() as session:
        incoming = inbox.Incoming("instagram", Handle("instagram", "@ana"), ASKED, house.desk.tick(), public=True)
        public = inbox.receive(session, house.scope, incoming, house.desk.now).conversation
    assert public is not None
    assert house.attend(public) is None


@pytest.mark.parametrize("change", ["takes", "closes", "replies", "writes", "switches_off", "forgotten_mode"])
def test_what_changed_while_it_thought_silences_it(house: House, change: str) -> None:
    from assistant.answering.posting import Posted
    from assistant.bot import act

    where = house.hear(ASKED)
    sight = look(house.bot, house.database, house.scope, where, house.desk.tick())
    assert sight is not None
    decision = think(house.bot, sight, Load(True), house.desk.now)
    customer = sight.conversation.customer
    match change:
        case "takes":
            house.desk.append(customer, ConversationAssigned("sara@x.example", "sara@x.example"), where)
        case "closes":
            house.desk.append(customer, StatusChanged("resolved", "sara@x.example"), where)
        case "replies":
            house.desk.reply(where, "I have it.")
        case "writes":
            house.hear("Oh, and they are worn")
        case "switches_off":
            house.rule(mode="off")
        case _:
            house.rule(mode="shadow")
    before = len(house.sent(where))
    decided = act(house.database, house.scope, Posted(sight, None, house.desk.tick()), decision)
    assert decided is not None
    assert (decided.action, decided.reason, decided.sent) == ("stay", "overtaken", None)
    assert len(house.sent(where)) == before


def test_two_misses_or_the_same_again_go_to_a_person(house: House) -> None:
    where = house.hear("boots delivery")
    first = house.attend(where)
    assert first is not None
    if first.action == "ask_back":
        house.hear("delivery boots tent")
        second = house.attend(where)
        assert second is not None
        house.hear("that does not help")
        third = house.attend(where)
        assert third is None or third.reason in {"two_misses", "with_a_person", "repetition"}
    again = house.hear(ASKED, Handle("chat", "e" * 64))
    house.attend(again)
    house.hear(ASKED.replace("?", " please??"), Handle("chat", "e" * 64))
    repeated = house.attend(again)
    assert repeated is not None
    assert (repeated.action, repeated.reason) == ("hand_off", "repetition")


def test_the_days_ceiling_stops_it(house: House) -> None:
    decided = house.attend(house.hear(ASKED), daily_tokens=0)
    assert decided is not None
    assert (decided.action, decided.reason) == ("hand_off", "spend")
    with house.database.write() as session:
        rules.spend(session, house.scope, house.desk.now.date(), 999)
        rules.spend(session, house.scope, house.desk.now.date(), 2)
        assert rules.spent(session, house.scope, house.desk.now.date()) == 1_001


def test_an_order_is_told_to_who_proved_to_be_its_owner_and_to_nobody_else(house: House) -> None:
    owner = house.desk.customer(KnownHandle(Handle("email", "maya@example.org"), True))
    order = OrderRecorded("TF-1", "shipped", (OrderItem("Boots"),), carrier="Fellway", tracking="FW86693947GB")
    house.desk.append(owner, order)
    mine = house.desk.receive("Where is my order TF-1?", Handle("email", "maya@example.org")).conversation
    decided = house.attend(mine)
    assert decided is not None
    assert decided.action == "answer"
    assert "FW86693947GB" in house.sent(mine)[0].text
    stranger = house.hear("Where is my order TF-1?", Handle("chat", "f" * 64))
    told = house.attend(stranger)
    assert told is not None
    assert told.action != "answer" or "FW86693947GB" not in told.text
    assert not any("FW86693947GB" in one.text for one in house.sent(stranger))


def test_who_does_not_show_who_they_are_is_asked_once_and_then_gets_a_person(house: House) -> None:
    toolbox = Toolbox(shop_tools(house.database, house.scope, lambda: house.desk.now))
    able: dict[str, Any] = {"codes": True, "toolbox": toolbox}
    where = house.hear("Where is my order TF-1?")
    first = house.attend(where, **able)
    assert first is not None
    assert (first.action, first.reason) == ("ask_back", "identity")
    assert house.sent(where)[0].holding  # nothing is answered yet: a colleague sees it wait
    house.hear("I do not want to, just tell me where my order TF-1 is")
    second = house.attend(where, **able)
    assert second is not None
    assert (second.action, second.reason) == ("hand_off", "identity")
    by_mail = house.desk.receive("Where is my order TF-1?", Handle("email", "eve@mail.example")).conversation
    assert by_mail is not None
    elsewhere = house.attend(by_mail, **able)
    assert elsewhere is None or elsewhere.reason != "identity" or elsewhere.action == "hand_off"


@pytest.mark.parametrize(
    "text",
    ["", "👍", "\u200b\u200b", "thanks", "x" * 100_000, "'; DROP TABLE entries; --", "<script>alert(1)</script>"],
)
def test_hostile_and_empty_turns_break_nothing(house: House, text: str) -> None:
    where = house.hear(text or "…")
    decided = house.attend(where)
    assert decided is None or decided.action in {"hand_off", "ask_back", "answer"}


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(None, None), (float("inf"), None), (0, 1), (61, 2), (301, 10), (540, 10), (3_601, 65), (99_999, None)],
)
def test_the_told_wait_is_rounded_up(seconds: float | None, minutes: int | None) -> None:
    assert wait_minutes(seconds) == minutes


def test_thanks_for_its_answer_close_the_conversation_without_a_word(house: House) -> None:
    where = house.hear(ASKED)
    house.attend(where)
    house.hear("Great, thanks, that helps!")
    decided = house.attend(where)
    assert decided is not None
    assert (decided.action, decided.reason, decided.sent) == ("stay", "thanked", None)
    with house.database.read() as session:
        assert get_conversation(session, house.scope, where).status == "resolved"
    assert len(house.sent(where)) == 1
    # thanks with a question are a question
    again = house.hear("Thanks! And how long are gift cards valid?", Handle("chat", "9" * 64))
    house.attend(again)
    assert len(house.sent(again)) == 1
