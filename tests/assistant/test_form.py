"""The form of a reply on each channel."""

import pytest

from assistant.form import CHAT_CHARS, POST_CHARS, SMS_CHARS, Form, fit

DRAFT = (
    "Hello Maya,\n\nYour order TF-1 has the status “shipped”.\n\nThis is what our help pages say:\n\n"
    "Returns:\n“Unworn boots can be returned within 60 days. Keep the receipt.” [1]\n\n"
    "If this does not answer your question, please reply to this message."
)


def test_a_mail_is_signed_and_greets() -> None:
    made = fit("We are open until six. [1]", Form("email", name="Maya Lind", company="Tarnfell"))
    assert made == "Hello Maya Lind,\n\nWe are open until six. [1]\n\nKind regards\nTarnfell"
    assert fit(DRAFT, Form("email", name="Maya", company="Tarnfell")).count("Hello") == 1


def test_a_text_message_is_short_and_says_only_what_matters() -> None:
    made = fit(DRAFT, Form("sms", name="Maya"))
    assert len(made) <= SMS_CHARS
    assert made.startswith("Your order TF-1")
    assert '"Unworn boots can be returned within 60 days. Keep the receipt." [1]' in made
    for left_out in ("Hello", "help pages", "Returns:", "\n"):
        assert left_out not in made
    long = fit(f"Hello,\n\n{'word ' * 200}", Form("sms"))
    assert len(long) <= SMS_CHARS
    assert long.endswith("...")


def test_a_text_message_keeps_the_mark_of_a_sentence_and_needs_no_second_alphabet() -> None:
    text = f"Boots – worn or not – come back within 60 days. [1] “Cost: £3 · free from £60.” [2] {'word ' * 60}. [3]"
    made = fit(text, Form("sms"))
    assert made == 'Boots - worn or not - come back within 60 days. [1] "Cost: £3, free from £60." [2]'


def test_a_public_post_fits_where_it_goes() -> None:
    text = f"{'Boots can be returned. [1] ' * 20}"
    assert len(fit(text, Form("x", public=True))) <= POST_CHARS
    assert len(fit(text, Form("x"))) > POST_CHARS
    assert len(fit(text, Form("instagram", public=True))) > POST_CHARS


def test_a_chat_greets_once() -> None:
    first, later = (fit(DRAFT, Form("chat", answered=answered, name="Maya")) for answered in (False, True))
    assert first.startswith("Hello Maya,")
    assert later.startswith("Your order TF-1")
    assert "please reply" not in later
    assert len(fit("\n\n".join(["x" * 300] * 9), Form("chat"))) <= CHAT_CHARS


def test_in_public_nothing_personal_is_said() -> None:
    text = f"Hello Maya,\n\nWrite to maya@example.org or +44 7700 900 123.\n\nMaya, your boots came.\n\n{DRAFT[200:]}"
    made = fit(text, Form("instagram", public=True, name="Maya Lind"))
    for secret in ("Maya", "example.org", "7700"):
        assert secret not in made
    assert "private message" in made
    assert "private message" not in fit("We open at nine.", Form("x", public=True, name="Maya"))


WRITTEN = (
    "Hi Maya, thanks for writing! Boots come back within 60 days. [1]\n\nOpen **Orders** and choose *Return*. [1]\n\n"
    "Best regards,\nYour support team"
)


def test_a_models_own_greeting_and_sign_off_are_not_doubled() -> None:
    mail = fit(WRITTEN, Form("email", name="Maya Lind", company="Tarnfell"))
    assert mail == (
        "Hi Maya,\n\nThanks for writing! Boots come back within 60 days. [1]\n\nOpen Orders and choose Return. [1]\n\n"
        "Kind regards\nTarnfell"
    )
    assert fit(WRITTEN, Form("email")).endswith("Best regards,\nYour support team")
    assert fit(WRITTEN, Form("chat", answered=True)).startswith("Thanks for writing!")
    for channel in ("chat", "sms", "x"):
        assert "support team" not in fit(WRITTEN, Form(channel, name="Maya"))
    assert fit("2 * 3 * 4 is __init__ of a_b_c.", Form("chat")) == "2 * 3 * 4 is __init__ of a_b_c."


def test_in_public_a_greeting_by_name_costs_no_answer_and_an_order_is_personal() -> None:
    assert fit(WRITTEN, Form("instagram", public=True, name="Maya Lind")).startswith("Thanks for writing!")
    told = fit("Your order TF-1042 left on Monday.\n\nBoots come back within 60 days.", Form("x", public=True))
    assert "TF-1042" not in told
    assert "60 days" in told
    assert "private message" in told


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "a", "[1]"])
@pytest.mark.parametrize("channel", ["sms", "chat", "email", "x", "", "unheard-of"])
def test_odd_drafts_stay_what_they_are(text: str, channel: str) -> None:
    assert fit(text, Form(channel)).strip() in {text.strip(), f"Hello,\n\n{text}"}


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Freundliche Grüße"), ("es", "Un saludo"), ("fr", "Cordialement")]
)
def test_signed_in_the_customers_language(language: str, words: str) -> None:
    assert words in fit("x y z.", Form("email", company="Tarnfell", language=language))
