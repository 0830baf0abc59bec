"""The phrase list: complete in every language, read in whole words, and measured for false alarms on real queries."""

import re

import pytest

from assistant.answering.words import all_words, is_shouting, listed, plain, shows, spoken, wants_person, words_of

LANGUAGES = sorted(listed())
# Written by hand, one or more a language, none of them copied from the list.
WANTED = {
    "en": [
        "Can I speak to a real person?",
        "human",
        "I want to talk to an agent",
        "let me speak with someone please",
        "a person, please",
        "PLEASE get me a human!!",
        "I'd rather chat with a person",
    ],
    "de": [
        "Ich möchte mit einem Menschen sprechen",
        "ein Mensch, bitte",
        "Kann ich bitte einen Mitarbeiter sprechen?",
        "Verbinden Sie mich",
        "Mitarbeiter",
    ],
    "es": ["Quiero hablar con una persona", "una persona, por favor", "¿Puedo hablar con un agente?", "humano"],
    "fr": ["Je voudrais parler à un conseiller", "une personne, s’il vous plaît", "Passez-moi un humain"],
    "it": ["Vorrei parlare con un operatore", "una persona, per favore", "operatore"],
    "pt": ["Quero falar com um atendente", "uma pessoa, por favor"],
    "nl": ["Ik wil graag een medewerker spreken", "een mens, alsjeblieft"],
    "sv": ["Jag vill prata med en människa", "en människa, tack"],
    "da": ["Jeg vil gerne tale med et menneske", "et menneske, tak"],
    "nb": ["Jeg vil snakke med et menneske", "et menneske, takk"],
    "pl": ["Chcę rozmawiać z konsultantem", "człowiek, proszę"],
    "cs": ["Chci mluvit s operátorem", "člověka, prosím"],
    "fi": ["Haluan puhua asiakaspalvelijan kanssa", "ihminen, kiitos"],
    "tr": ["Müşteri temsilcisiyle görüşmek istiyorum, temsilciye bağlayın", "bir insan lütfen"],
}
ORDINARY = [
    "How long do I have to return a jacket?", "Where is my order TF-104233?", "Can two people sleep in the Raven 2?",
    "Does the personal data page list my orders?", "The zip of my tent is broken", "Is the lamp human-rated? no joke",
    "What does it cost to send a parcel to Germany?", "How do I wash a sleeping bag", "My wife can collect it, right?",
    "Who do I give the parcel to?", "Wie lange kann ich etwas zurückgeben?", "¿Cuánto tarda el envío?",
]  # fmt: skip


def test_every_language_is_complete_and_there_are_at_least_twelve() -> None:
    assert len(LANGUAGES) >= 12
    names = set(listed()["en"])
    for code, one in listed().items():
        assert set(one) == names, code
        assert all(one.values()), code
        assert re.findall(r"{(\w+)}", one["disclosure"]) == ["company"], code
        assert re.findall(r"{(\w+)}", one["wait"]) == ["minutes"], code
        assert re.findall(r"{(\w+)}", one["opens"]) == ["when"], code
        assert "Show that it is you" in one["prove"], code
        assert "{" not in one["handed"] + one["language"], code


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_person_please_works_in_every_language(code: str) -> None:
    for text in WANTED[code]:
        assert wants_person(text), text
        assert wants_person(text.upper() if code != "tr" else text), text
    for phrase in listed()[code]["person"]:
        assert wants_person(f"Hmm. {phrase}!"), phrase


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_the_bot_tells_customers_to_write_works(code: str) -> None:
    said = words_of(code).disclosure
    quoted = re.search(r"[“„‘«»”]\s*([^“”‘’«»]+?)\s*[”“’»«]", said)
    assert quoted is not None, said
    assert wants_person(quoted[1]), quoted[1]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_questions_are_no_wish_for_a_person(text: str) -> None:
    assert not wants_person(text)


def test_signs_are_read_in_their_own_language_and_in_whole_words() -> None:
    assert shows("Das ist eine Frechheit", "anger", "de")
    assert not shows("Which brand is the tent?", "sensitive", "en")  # a fire in Danish
    assert shows("Det var en brand", "sensitive", "da")
    assert shows("I will speak to my solicitor's office", "sensitive", "en") or shows(
        "my solicitors", "sensitive", "en"
    )
    assert not shows("a courteous answer", "sensitive", "en")
    assert is_shouting("WHERE IS MY PARCEL NOW")
    assert is_shouting("hello???")
    assert not is_shouting("OK")
    assert not is_shouting("Is the TF-104233 here?")


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["Where is my order?"], "en"),
        (["Wo ist meine Bestellung?"], "de"),
        (["¿Dónde está mi pedido?"], "es"),
        (["Missä pakettini on, olen odottanut kauan"], "fi"),
        (["注文はどこですか"], "ja"),
        (["TF-104233"], ""),
        ([], ""),
        (["Where is my parcel please?", "TF-104233"], "en"),
        (["😀😀"], ""),
    ],
)
def test_the_language_of_the_last_words(texts: list[str], language: str) -> None:
    assert spoken(texts) == language


def test_hostile_texts_are_read_in_no_time() -> None:
    for text in ("a " * 500_000, "'" * 500_000, "person " * 300_000, "\0\ud800" + "x" * 100_000, "İ" * 100_000):
        wants_person(text)
        spoken([text.encode("utf-8", "replace").decode()])
        is_shouting(text)
    assert plain("Ｈｕｍａｎ") == "human"
    assert len(all_words()) == len(LANGUAGES)
