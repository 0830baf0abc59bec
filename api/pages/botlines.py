"""What the bot did, in one line each: what it decided and why, which tools it used, what it proposes."""

from collections.abc import Callable

from knowledge.customers.bot_entries import (
    ActionProposed,
    ActionSettled,
    BotDecided,
    BotJudged,
    BotReason,
    ToolUsed,
)

REASONS: dict[BotReason, str] = {
    "": "",
    "off": "it is off here",
    "not_in_rollout": "the conversation is not in its share",
    "owned": "somebody owns the conversation",
    "closed": "the conversation is resolved",
    "public": "the conversation is public",
    "no_peak": "there is no peak",
    "overtaken": "the conversation moved on meanwhile",
    "nothing_asked": "nothing was asked",
    "thanked": "the customer thanked it, so it closed the conversation",
    "asked_for_person": "the customer asked for a person",
    "language": "it does not answer in this language",
    "anger": "the customer sounds angry",
    "sensitive": "the matter is one for people",
    "repetition": "the customer said the same again",
    "two_misses": "it had missed twice",
    "asked_enough": "it had asked back often enough",
    "unsure": "it was not sure enough",
    "uncertified": "no certificate says how sure it may be",
    "drift": "customers ask about other things than before its certificate",
    "unsupported": "a sentence was not borne out",
    "identity": "it is not proven who is writing",
    "spend": "the day's spending is used up",
    "no_answer": "the library has no answer",
    "with_a_person": "a person has the conversation",
    "proposed": "it proposes something that a person must agree to",
    "failed": "a part was not available",
}
ACTIONS = {"answer": "answered", "ask_back": "asked back", "hand_off": "passed it to a person", "stay": "kept out"}
WOULD = {"answer": "answer", "ask_back": "ask back", "hand_off": "pass it to a person", "stay": "keep out"}


def about_bot(payload: object, name: Callable[[str], str]) -> str:
    """Return the sentence for an entry of the bot, "" for any other; `name` tells people's names by their e-mail."""
    match payload:
        case BotDecided():
            return decided(payload)
        case BotJudged():
            verdict = "right" if payload.right else "wrong"
            return f"{name(payload.author)} judged the bot {verdict}{_after(payload.reason)}"
        case ToolUsed():
            given = ", ".join(payload.arguments.values())
            return f"{name(payload.author)} used {_words(payload.tool)}{_after(given)} ({_words(payload.outcome)})"
        case ActionProposed():
            given = ", ".join(payload.arguments.values())
            return f"{name(payload.author)} proposes to {_words(payload.tool)}{_after(given)}: {payload.why}"
        case ActionSettled():
            did = f"agreed ({_words(payload.outcome)})" if payload.approved else "refused"
            return f"{name(payload.author)} {did}{_after(payload.told)}"
    return ""


def decided(payload: BotDecided) -> str:
    """Return what the bot decided, in one sentence."""
    did = f"Bot {ACTIONS[payload.action]}" if payload.sent else f"Bot would {WOULD[payload.action]}"
    if payload.action == "stay":
        did = "Bot kept out"
    sure = f" (chance {payload.chance:.0%})" if payload.chance is not None and payload.action == "answer" else ""
    return f"{did}{_after(REASONS[payload.reason])}{sure}"


def _after(words: str) -> str:
    return f": {words}" if words else ""


def _words(name: str) -> str:
    return name.replace("_", " ")
