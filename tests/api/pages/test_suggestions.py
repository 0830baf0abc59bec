"""A stored suggestion becomes sentences with verdicts and citations that can be opened."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from api.pages.suggestions import how_found, quotes_of, show
from knowledge.customers.entries import Claim, PassageUsed, SuggestionJudged, SuggestionShown
from knowledge.ids import ArticleId, PassageId, SuggestionId


def passage(number: int, visibility: str = "public") -> PassageUsed:
    return PassageUsed(
        number, PassageId("p"), ArticleId("a"), f"Title {number}", "", "", "text", visibility, 1.0, lexical_rank=2
    )  # type: ignore[arg-type]


def suggestion(text: str, claims: tuple[Claim, ...] = (), drafter: str = "extractive") -> SuggestionShown:
    return SuggestionShown(
        suggestion=SuggestionId("s"),
        question="q",
        decision="answer",
        text=text,
        reason="r",
        citations=(1, 2),
        guidance=(3,),
        passages=(passage(1), passage(2), passage(3, "internal")),
        claims=claims,
        drafter=drafter,
        model="tiny",
        prompt="",
    )


def test_sentences_carry_verdicts_and_citations() -> None:
    claims = (
        Claim("You have 60 days.", "supported", (1,)),
        Claim("The label is free.", "contradicted", (2,)),
        Claim("Ask Bob.", "not_found"),
    )
    shown = show(suggestion("Hello!\n\nYou have 60 days. [1] The label\nis free [2]. Ask Bob.", claims))
    assert [(s.support, "".join(p.text or f"<{p.citation}>" for p in s.pieces)) for s in shown.sentences] == [
        (None, "Hello!\n\n"),
        ("supported", "You have 60 days. <1> "),
        ("contradicted", "The label\nis free <2>. "),
        ("not_found", "Ask Bob."),
    ]
    assert shown.tally == (("supported", 1), ("not_found", 1), ("contradicted", 1))
    assert shown.sends == "Hello!\n\nYou have 60 days. The label\nis free. Ask Bob."
    assert [p.number for p in shown.sources] == [1, 2]
    assert [p.number for p in shown.guidance] == [3]


@given(st.text(alphabet="ab .[]12\n", max_size=60), st.lists(st.text(alphabet="ab .[]12", max_size=12), max_size=4))
def test_no_word_is_lost_or_doubled(text: str, claims: list[str]) -> None:
    shown = show(suggestion(text, tuple(Claim(claim, "supported") for claim in claims)))
    told = "".join(p.text or f"[{p.citation}]" for s in shown.sentences for p in s.pieces)
    offered = text
    for number in ("11", "12", "21", "22"):
        offered = offered.replace(f"[{number}]", "")
    assert [c for c in told if c in "ab"] == [c for c in offered if c in "ab"]


def test_who_wrote_it_and_what_became_of_it() -> None:
    assert show(suggestion("x")).writer == "Extractive: quoted from your articles, no language model"
    assert show(suggestion("x", drafter="endpoint")).writer == "Language model tiny on your endpoint"
    judged = SuggestionJudged(SuggestionId("s"), "rejected", "a@b.example", "Wrong tone")
    assert show(suggestion("x"), judged).verdict == "Rejected: Wrong tone"
    assert how_found(passage(1)) == "words (place 2)"
    assert quotes_of(suggestion("x", (Claim("Yes [1].", "supported", (1,)),)), 1) == ("Yes.",)


def test_a_reply_that_is_more_likely_wrong_is_marked() -> None:
    said = suggestion("You have 60 days. [1]")
    assert show(replace(said, chance=0.22)).unsure
    assert not show(replace(said, chance=0.8)).unsure
    assert not show(said).unsure  # from the record: nothing to be unsure of
    assert not show(replace(said, decision="abstain", text="", chance=0.05)).unsure


def test_without_citations_the_nearest_public_articles_are_named() -> None:
    shown = show(replace(suggestion(""), citations=(), decision="abstain"))
    assert [p.number for p in shown.nearest] == [1]  # the second is of the same article, the third internal
    assert show(suggestion("Yes. [1]")).nearest == ()
