"""Statements: what customers ask for, report and tried, and what they were promised, in their own words."""

import re
from dataclasses import dataclass

from knowledge.customers.facts.questions import sentences
from knowledge.customers.facts.values import find_values

_FILLER = re.compile(
    r"^\W*(?:(?:(?:hi|hello|hallo|hey|hej|good (?:morning|afternoon|evening)|dear|guten (?:morgen|tag|abend)|"
    r"grüß gott|moin|bonjour|bonsoir|salut|hola|buen[oa]s (?:días|tardes|noches))(?: there| \w+(?=[,!]))?|"
    r"danke(?: schön| sehr)?|(?:vielen|herzlichen) dank|merci(?: beaucoup)?|(?:muchas )?gracias|"
    r"tack(?: så mycket)?(?=[.,!]|$)|"
    r"thank(?:s| you)(?: so| very)?(?: much)?(?: a lot)?(?: for (?:your|the|all)(?: \w+)?(?=[.,!]|$))?|"
    r"please|excuse me|"
    r"(?:(?:i(?:'m| am) (?:so |really )?)?sorry(?: about that)?|i apologi[sz]e|ok(?:ay)?|yes|yeah|yep|sure|great|"
    r"perfect|well|so|oh|alright|um+|hmm+|actually|certainly|absolutely|"
    r"of course|and|also|but)|(?:no|right|there|again)(?=[,.!:;–-])|that's (?:great|fine|all)(?=[,.!]|$)|"
    r"sounds (?:good|great)(?=[,.!]|$)|(?:bye|goodbye|cheers)(?=[,.!]|$))(?![\w'’])[\s,.!:;–-]*)+",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^\W*(?:i(?:'d| would) (?:really |also )?(?:like|love) to|"
    r"i(?:'m| am) (?:looking|calling|writing|hoping|trying) to|"
    r"can you (?:please )?|could you (?:please )?|would you (?:please )?|i (?:want|need) you to|please|"
    r"i was (?:wondering|hoping) if|if (?:that's |it's )?possible|"
    r"let me know(?! (?:if|what|whether|when|how|which|who))|thank you(?: so much)?|thanks|"
    r"i think|i guess|help me (?:to )?|just|go ahead and)\b ?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]*\b(?:please|thanks|thank you(?: so much| very much)?|"
    r"if (?:that's |it's )?possible|if you (?:can|could))\W*$",
    re.IGNORECASE,
)
# What agrees, thanks or takes leave: a sentence that begins so says nothing unless it goes on.
_EMPTY = re.compile(
    r"^\W*(?:###\w+###|that(?:'?s| is| will be)? (?:fine|all|it|correct|right|great|good|everything)|you too|"
    r"have a [\w ]+day|(?:that |it )?(?:sounds|looks|works|seems)|no problem|i see|got it|"
    r"(?:you're |you are )?welcome|bye|goodbye|i appreciate|(?:everything|all)(?: is)? (?:correct|good|set)|"
    r"safe travels|stop)\b",
    re.IGNORECASE,
)
# How mails begin and end: nothing is said by it. A name may follow, no more.
_SIGNED = re.compile(
    r"^\W*(?:(?:with )?(?:kind|kindest|best|warm|many) (?:regards|wishes|thanks)|regards|"
    r"yours (?:sincerely|faithfully|truly)|i hope this (?:\w+ )?finds you|"
    r"(?:mit )?(?:freundlichen?|beste[rn]?|liebe[rn]?|vielen?) grüße[nr]?|(?:bien )?cordialement|"
    r"(?:un )?(?:cordial(?:es)? )?saludos?|med vänlig hälsning(?:ar)?)\b[\w ,'-]{0,60}\W*$",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "tried",
        r"\b(?:i(?:'ve| have)?(?: already| also)? (?:tried|restarted|reset|reinstalled|checked|rebooted|cleaned|"
        r"replaced|contacted|called|unplugged|updated)|already (?:tried|did|done|called|sent|checked))\b",
    ),
    (
        "withdrawal",
        r"\b(?:never ?mind|forget (?:it|that|about)|don't need|no longer|changed my mind|rather not|"
        r"cancel that)\b",
    ),
    (
        "request",
        r"^\W*(?:(?:hi|hello|ok|and|also|so|but|well)\W+)?i(?:'d| would|'ll) (?:really |also )?(?:like|love|prefer)\b",
    ),
    (
        "symptom",
        r"\b(?:(?:doesn't|does not|didn't|won't|will not|isn't|not) (?:work|open|start|turn|close|arrive|"
        r"come|load|charge|"
        r"fit|connect|respond|ignite|light)\w*|(?:can't|cannot|unable to) (?:log|sign|open|access|use|"
        r"connect|pay|reach|"
        r"breathe|stop|sleep)|"
        r"broken|damaged|error|fails?|failed|missing|wrong|delayed|never (?:arrived|came)|lost|stolen|"
        r"stuck|locked|leak\w*|hurts?|pain|sore|cough\w*|headache|fever|noise|defect\w*|crash\w*|jam(?:s|med|ming)?|torn)\b",
    ),
    (
        "request",
        r"\b(?:want|need|like to|looking|book|cancel|change|refund|return|exchange|order|reserve|schedule|find|"
        r"search|move|upgrade|add|remove|send|get|check|make|help|update|report|prefer|interested|request|"
        r"can you|could you|would you|i'd like|i'll (?:take|go)|go with)\b",
    ),
)
_PROMISE = re.compile(
    r"\b(?:we(?:'ll| will)|i(?:'ll| will)|you(?:'ll| will) (?:receive|get|have|be)|will be (?:processed|refunded|sent|"
    r"credited|shipped|delivered|issued)|within \d|a (?:human )?(?:agent|colleague) will)\b",
    re.IGNORECASE,
)
_ROUTINE = re.compile(
    r"\b(?:i'll (?:need|just|now|check|look|retrieve|proceed|assist|search|calculate|go ahead|help)|"
    r"i will (?:now|need|check|look|retrieve|proceed|search)|we(?:'ll| will) need|if you|once you|hold on|please|"
    r"let me|would you)\b|\?",
    re.IGNORECASE,
)
_LEAST_WORDS = 2
_SHORT = 3
# Words that alone tell nothing: "can you help me with that".
HOLLOW = frozenset(
    re.findall(
        r"\S+",
        "i you he she it we they me my your that this these those there here a an the to of for with in on at is "
        "are was be do does did can could would will shall should may might have has had and or but so if what "
        "which how why when help assist let know check look see try again please just anything something details "
        "info information option options more else sure okay ok moment sec second minute time any some not no yes "
        "think thought try take get got up about from i'd i'm i'll i've it's that's don't you're can't wait go ahead "
        "make proceed hope hoping thing things right now nice cool awesome good great interesting wow hurry then "
        "lol thx bye goodbye perfect amazing wonderful excellent fine thanks thank much very really welcome asap "
        "quick quickly awful bad hmm oh ah omg mate well too also lovely same here there yep yeah nope",
    )
)


@dataclass(frozen=True)
class Statement:
    """A sentence that says something: its kind (request, symptom, tried, withdrawal, stated) and what is left
    of it without greetings and politeness; `start` is where it begins in the message.
    """

    kind: str
    text: str
    whole: str


def stated_in(text: str) -> list[Statement]:
    """Return what a customer's message states; greetings, thanks and bare consent state nothing."""
    found = []
    for whole in sentences(text):
        core = trim(whole)
        if _is_empty(core) or _SIGNED.match(core) or not _says_something(core):
            continue
        found.append(Statement(kind_of(whole), core, whole))
    return found


def trim(sentence: str) -> str:
    """Return a sentence without greeting, thanks and politeness; what it says stays word for word."""
    core = _FILLER.sub("", re.sub(r"^\s*(?:\d+[.)]|[-*•])\s*", "", sentence))
    while (shorter := _FILLER.sub("", _POLITE.sub("", core))) != core:
        core = shorter
    return re.sub(r"\s+", " ", _TAIL.sub("", core)).strip(" ,;:-–!.?*")


def kind_of(sentence: str) -> str:
    """Return the kind of a sentence by its words; what is asked is a request, `stated` what fits none."""
    usual = "request" if sentence.rstrip().endswith("?") else "stated"
    return next((name for name, pattern in _KINDS if re.search(pattern, sentence, re.IGNORECASE)), usual)


def promises_in(text: str) -> list[str]:
    """Return the sentences of an agent's message that promise something; offers and routine are none."""
    return [one for one in sentences(text) if _PROMISE.search(one) and not _ROUTINE.search(one)]


def _is_empty(core: str) -> bool:
    """Tell whether a sentence only agrees, thanks or takes leave, and does not go on to say something."""
    begins = _EMPTY.match(core)
    if begins is None:
        return False
    rest, *clauses = re.split(r"[,;–]|\bbut\b", core[begins.end() :])
    said = bool(find_values(rest)) or len(_telling(rest)) > _LEAST_WORDS
    return not said and not any(_says_something(trim(clause)) for clause in clauses)


def _says_something(core: str) -> bool:
    telling = _telling(core)
    return bool(find_values(core)) or len(telling) >= _LEAST_WORDS or (bool(telling) and len(core.split()) <= _SHORT)


def _telling(text: str) -> list[str]:
    return [word for word in re.findall(r"[\w'’]{2,}", text.lower()) if word not in HOLLOW]


_DONE = re.compile(
    r"\b(?:(?:has|have) been (?:successfully )?\w+(?:ed|en|d|sent|made|put)|(?:is|are) now \w+(?:ed|en)|"
    r"i(?:'ve| have) (?:successfully )?(?:cancel|book|updat|chang|refund|sent|order|creat|schedul|reserv|add|remov|"
    r"upgrad|process)\w*|successfully \w+ed|all done)\b",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(r"\?|\b(?:not|unable|unfortunately|cannot|can't|if|once|please)\b", re.IGNORECASE)


def done_in(text: str) -> list[str]:
    """Return the sentences of an agent's message that say something was done."""
    return [one for one in sentences(text) if _DONE.search(one) and not _NOT_DONE.search(one)]


_ITEM = re.compile(r"^\W*(?:[-*•]|\d{1,2}[.)])\s.*$", re.MULTILINE)
_ASKED = re.compile(r"\?|\b(?:please|let me|could you|would you)\b", re.IGNORECASE)


def said_in(text: str) -> list[str]:
    """Return the sentences of an agent's message that state a value: a price, a day, a number. Questions, promises,
    what was done and the items of lists are none.
    """
    return [
        one
        for one in sentences(_ITEM.sub("", text))
        if len(one.split()) > _LEAST_WORDS
        and find_values(one)
        and not (_ASKED.search(one) or _PROMISE.search(one) or _DONE.search(one))
    ]
