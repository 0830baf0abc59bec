"""The few sentences we say in our own words, per language, and the choice of the language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.library.language import detect_language

READ_CHARS = 500
QUESTION_CHARS = 200
# The words that a reply greets with, at the start of a line.
GREETING = (
    r"(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|guten (?:tag|morgen|abend)|hallo|liebe[rs]?"
    r"|sehr geehrte[rs]?|hola|estimad[oa]s?|bonjour|bonsoir)\b"
)
_SIGN_OFF = re.compile(
    r"(?:(?:best|kind|warm)(?:est)? (?:regards|wishes)|regards|all the best|sincerely|yours \w+|cheers"
    r"|(?:mit )?(?:freundlichen?|besten?|vielen?|lieben?) gr(?:üßen|üße|uß)|(?:un |cordiales )?saludos?(?: cordiales)?"
    r"|(?:bien )?cordialement|bien à vous)\s*[,.!]?",
    re.IGNORECASE,
)
SIGN_OFF_LINES = 3


@dataclass(frozen=True)
class Phrases:
    """Template sentences; `{…}` are filled by the drafter."""

    hello: str
    hello_nobody: str
    articles_say: str
    next_step: str
    order: str
    order_items: str
    carrier: str
    tracking: str
    which: str
    more: str
    read_more: str
    regards: str
    in_private: str


ENGLISH = Phrases(
    hello="Hello {name},",
    hello_nobody="Hello,",
    articles_say="This is what our help pages say:",
    next_step="If this does not answer your question, please reply to this message.",
    order="Your order {order} has the status “{status}”.",
    order_items="It contains: {items}.",
    carrier="Carrier: {carrier}.",
    tracking="Tracking number: {tracking}.",
    which="Could you tell me a little more? Is your question about “{first}” or about “{second}”?",
    more="Could you tell me a little more about what you need?",
    read_more="Read more:",
    regards="Kind regards",
    in_private="Please send us a private message, so that we can look at your case.",
)
PHRASES = {
    "en": ENGLISH,
    "de": Phrases(
        hello="Guten Tag {name},",
        hello_nobody="Guten Tag,",
        articles_say="Das sagen unsere Hilfeseiten dazu:",
        next_step="Falls das Ihre Frage nicht beantwortet, antworten Sie bitte auf diese Nachricht.",
        order="Ihre Bestellung {order} hat den Status „{status}“.",
        order_items="Sie enthält: {items}.",
        carrier="Versand mit: {carrier}.",
        tracking="Sendungsnummer: {tracking}.",
        which="Können Sie mir etwas mehr sagen? Geht es um „{first}“ oder um „{second}“?",
        more="Können Sie mir etwas genauer sagen, worum es geht?",
        read_more="Mehr dazu:",
        regards="Freundliche Grüße",
        in_private="Bitte schreiben Sie uns eine private Nachricht, damit wir uns Ihren Fall ansehen können.",
    ),
    "es": Phrases(
        hello="Hola {name}:",
        hello_nobody="Hola:",
        articles_say="Esto es lo que dicen nuestras páginas de ayuda:",
        next_step="Si esto no responde a su pregunta, responda a este mensaje.",
        order="Su pedido {order} tiene el estado «{status}».",
        order_items="Contiene: {items}.",
        carrier="Transportista: {carrier}.",
        tracking="Número de seguimiento: {tracking}.",
        which="¿Puede darme algún detalle más? ¿Su pregunta es sobre «{first}» o sobre «{second}»?",
        more="¿Puede darme algún detalle más sobre lo que necesita?",
        read_more="Más información:",
        regards="Un saludo",
        in_private="Escríbanos un mensaje privado, por favor, para que podamos ver su caso.",
    ),
    "fr": Phrases(
        hello="Bonjour {name},",
        hello_nobody="Bonjour,",
        articles_say="Voici ce que disent nos pages d’aide :",
        next_step="Si cela ne répond pas à votre question, répondez simplement à ce message.",
        order="Votre commande {order} a le statut « {status} ».",
        order_items="Elle contient : {items}.",
        carrier="Transporteur : {carrier}.",
        tracking="Numéro de suivi : {tracking}.",
        which="Pouvez-vous préciser ? Votre question porte-t-elle sur « {first} » ou sur « {second} » ?",
        more="Pouvez-vous préciser ce dont vous avez besoin ?",
        read_more="En savoir plus :",
        regards="Cordialement",
        in_private="Envoyez-nous un message privé, s’il vous plaît, afin que nous puissions regarder votre dossier.",
    ),
}
# Sentences that state nothing and need no evidence.
_NO_CLAIMS = frozenset(
    said
    for phrases in PHRASES.values()
    for said in (phrases.articles_say, phrases.next_step, phrases.hello_nobody, phrases.regards, phrases.in_private)
)


def phrases_for(language: str) -> Phrases:
    """Return the sentences of a language, the English ones where we have none."""
    return PHRASES.get(language[:2].lower(), ENGLISH)


def is_template(sentence: str) -> bool:
    """Tell whether the sentence is one of ours that states nothing."""
    return sentence.strip() in _NO_CLAIMS


def is_signature(part: str) -> bool:
    """Tell whether a paragraph is the end of a mail: regards, ours or in other words, and who sends them."""
    lines = part.strip().splitlines()
    return 0 < len(lines) <= SIGN_OFF_LINES and _SIGN_OFF.fullmatch(lines[0].strip()) is not None


def is_question_back(text: str) -> bool:
    """Tell whether the text is one of our questions back, or a short one that is nothing but a question."""
    said = text.strip()
    if any(said.startswith((phrases.more, phrases.which.partition("{")[0])) for phrases in PHRASES.values()):
        return True
    return said.endswith("?") and len(said) <= QUESTION_CHARS and not re.search(r"[.!]\s", said)


def reply_language(customer_texts: Sequence[str], stored: str) -> str:
    """Return the language to answer in: the one that they write, else the one stored, else English."""
    return (written_language(customer_texts) or stored or "en")[:2].lower()


def written_language(customer_texts: Sequence[str]) -> str:
    """Return the language of the customer's last message, or of the last three together where it tells too little
    alone; empty where neither tells.
    """
    for said in (customer_texts[-1:], customer_texts[-3:]):
        if found := detect_language(" ".join(said)[-READ_CHARS:]):
            return found[:2].lower()
    return ""
