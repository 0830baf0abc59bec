"""Sentences in an article that speak to whoever writes the answer, not to its reader: instructions hidden in text.

An article is data. A sentence that tells a writer what to put into an answer is never quoted to a customer, and the
report of an ingest names it.
"""

import re
from collections.abc import Sequence

from knowledge.library.needs import Needing, Needs, any_fits, lowered, needing

# What a writer makes; what a reader sends ("in your reply") counts only where nothing of the reader's own is put in.
_MADE = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|completions?|generated text|messages?)"
_BUILT = r"(?:implementation|codebase|code base|code|program|script|solution|project|software|application|app)"
_OWN = re.compile(
    r"\b(?:your|a|the) (?:\w+ ){0,2}(?:number|photo|name|address|receipt|date|id|invoice|account|email)\b"
)
_SNIPPET = r"code (?:blocks?|snippets?|excerpts?|sections?|segments?|pieces?|fragments?|samples?)"
_POINTED = r"(?:subsequent|following|below|ensuing|given|next|provided)"
_VERB = (
    r"(?:absorb|add|adjust|adopt|alter|append|apply|arrange|assimilate|attach|augment|blend|bring|change|combine|"
    r"conclude|convert|craft|deliver|embed|embody|employ|encode|encourage|end|enhance|enlist|enrich|ensure|fill|finish|"
    r"form|format|fuse|give|group|hide|implement|include|incorporate|infuse|inject|insert|integrate|intersperse|jumble|keep|leverage|list|make|mention|"
    r"merge|misspell|mix|modify|name|omit|place|present|prepend|print|promote|provide|put|rearrange|recommend|remove|render|"
    r"repeat|replace|respond|reverse|rewrite|say|scramble|sign|slip|sneak|spell|start|begin|state|substitute|suggest|swap|"
    r"switch|tease|tell|translate|turn|use|utili[sz]e|weave|work|write)"
)
_MADE_OF = ("answer", "repl", "response", "output", "completion", "generated text", "message")
# Patterns behind what they need; see `knowledge.library.needs`.
_NEEDED: dict[Needs, tuple[str, ...]] = {
    # orders about the order itself
    (("ignor", "disregard", "forget", "override", "bypass", "skip"),): (
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|"
        r"initial|original|all|any|your|these|other)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|guidelines|"
        r"directives?|commands?|programming|training|content policy|policies)\b",
    ),
    ((" prompt", "instructions"),): (
        r"\b(?:system|initial|hidden|original) prompt\b|\byour (?:initial |original |system |hidden )?instructions\b",
    ),
    (("you are",),): (
        r"\byou are (?:now|no longer)\b[^.\n]{0,60}\b(?:ai|assistant|model|bot|chatbot|mode|dan|agent|character)\b",
    ),
    (("as a", "language model", "developer mode", "do anything"),): (
        r"\b(?:as an? (?:ai|language model|assistant)\b|large language model|developer mode|do anything now)",
    ),
    ((" as ",), ("pretend", "act", "behave", "respond", "answer", "speak")): (
        r"\b(?:pretend|act|behave|respond|answer|speak) as (?:if you|though you|an? (?:ai|assistant|model))\b",
    ),
    ((":", "]", ">"), ("system", "assistant", "ai", "bot", "note to")): (
        r"^\W*(?:system|assistant|ai|bot|note to (?:the )?(?:ai|assistant|bot|model|agent))\s*[:\]>]\s*\S",
    ),
    ((">", "]"), ("im_start", "im_end", "system", "endoftext", "inst")): (
        r"<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]",
    ),
    # orders about what is written, and code that is to be put in
    (("your",), _MADE_OF): (
        rf"\b{_VERB}\b[^\n]{{0,200}}\b(?:in|into|of|with|to|for|from|throughout|across|within|by|on) "
        rf"(?:each of |all |every )?your (?:\w+ ){{0,2}}{_MADE}\b",
        rf"^\W*(?:in|within|throughout|at the (?:start|end|beginning) of) your (?:\w+ )?{_MADE}\b,? *{_VERB}\b",
        rf"\b(?:adjust|alter|augment|conclude|craft|enhance|enrich|modify|rewrite|tailor) your (?:\w+ )?{_MADE}\b",
        rf"\byour (?:\w+ )?{_MADE} (?:should|must|needs? to|has to|ought to|shall)\b",
    ),
    (("your",), ("code ",)): (
        rf"\b{_POINTED} (?:\w+ )?{_SNIPPET}\b[^.\n]{{0,80}}\byour (?:\w+ )?(?:{_BUILT}|{_MADE})\b",
        rf"\byour (?:\w+ )?(?:{_BUILT}|{_MADE})\b[^.\n]{{0,120}}\b{_POINTED} (?:\w+ )?{_SNIPPET}\b",
    ),
    (("your", "every", "each", "all"), _MADE_OF): (
        rf"^\W*(?:\w+ly |please |always |also )*{_VERB} (?:\w+ ){{0,3}}?(?:your|every|each|all) (?:\w+ )?{_MADE}\b",
    ),
    # the same in other languages
    (("ignor", "oublie", "olvida"),): (
        r"\bignorier\w*\b[^.\n]{0,40}\b(?:anweisung|vorgabe|regel)\w*",
        r"\b(?:ignorez?|oubliez?)\b[^.\n]{0,40}\b(?:instructions?|consignes?|règles?)\b",
        r"\b(?:ignora|olvida)d?\b[^.\n]{0,40}\b(?:instrucciones|reglas)\b",
    ),
}
_PATTERNS = tuple(needing(needs, patterns) for needs, patterns in _NEEDED.items())
_CHARS = 2_000
MOST = 5


def speaks_to_writer(sentence: str, among: Sequence[Needing] = _PATTERNS) -> bool:
    """Tell whether a sentence orders whoever writes an answer to put something in or to leave their orders.

    `among` are the patterns that come into question, where it is known that others do not.
    """
    said = sentence[:_CHARS]
    return any_fits(said, among) and not (
        _OWN.search(said.lower()) and re.search(rf"\byour {_MADE}\b", said, re.IGNORECASE) and _plain(said)
    )


def _plain(said: str) -> bool:
    """Tell whether a sentence only asks a reader for something of their own ("Put the date into your reply")."""
    return not re.search(r"https?:|www\.|\w@\w|[\"“«`]|\b(?:ignore|disregard|forget|prompt)\b", said, re.IGNORECASE)


def orders_in(text: str) -> list[str]:
    """Return the lines' sentences that speak to a writer, each shortened, at most `MOST`."""
    small = lowered(text)
    among = [one for one in _PATTERNS if one.may_fit(small)]
    found: list[str] = []
    for line in text.splitlines() if among else ():
        for sentence in re.split(r"(?<=[.!?])\s+", line):
            if sentence.strip() and speaks_to_writer(sentence, among):
                found.append(" ".join(sentence.split())[:120])
            if len(found) == MOST:
                return found
    return found
