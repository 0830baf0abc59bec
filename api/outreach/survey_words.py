"""What a survey says, in the languages we have: English where we have none."""

from collections.abc import Mapping
from dataclasses import dataclass

# Stands in the mail on the timeline; the customer's copy alone has the address.
LINK = "[survey link]"


@dataclass(frozen=True)
class SurveyWords:
    """The sentences of one language; questions and the words at the ends of their scales by survey."""

    language: str
    questions: Mapping[str, str]
    ends: Mapping[str, tuple[str, str]]
    comment: str
    send: str
    thanks: str
    choose: str
    answered: str
    ended: str
    unknown: str
    stop: str
    stopped: str
    mail: str

    def mail_text(self, survey: str, company: str) -> str:
        """Return the mail that asks, with `LINK` where the address goes."""
        text = self.mail.replace("{question}", self.questions[survey]).replace("{link}", LINK)
        return f"{text}\n\n{company}" if company else text


ENGLISH = SurveyWords(
    language="en",
    questions={
        "csat": "How satisfied are you with the help you got?",
        "ces": "The company made it easy for me to handle my issue.",
        "nps": "How likely are you to recommend us to a friend or colleague?",
        "fcr": "Was your request solved the first time you contacted us?",
    },
    ends={
        "csat": ("very dissatisfied", "very satisfied"),
        "ces": ("strongly disagree", "strongly agree"),
        "nps": ("not at all likely", "extremely likely"),
        "fcr": ("no", "yes"),
    },
    comment="Would you like to add something? (optional)",
    send="Send answer",
    thanks="Thank you, your answer has arrived.",
    choose="Please choose one of the numbers.",
    answered="This survey was answered already. Thank you.",
    ended="This survey has ended. You can still write to us.",
    unknown="This link is not valid. Please open the link from our e-mail again.",
    stop="Do not ask me again",
    stopped="We will not ask you again.",
    mail="Your request was closed. May we ask you one question?\n\n{question}\n\n{link}\n\n"
    "The link works once, for two weeks, without a login. You can also say there that we should not ask again.",
)
GERMAN = SurveyWords(
    language="de",
    questions={
        "csat": "Wie zufrieden sind Sie mit der Hilfe, die Sie bekommen haben?",
        "ces": "Das Unternehmen hat es mir leicht gemacht, mein Anliegen zu klären.",
        "nps": "Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?",
        "fcr": "Wurde Ihr Anliegen beim ersten Kontakt gelöst?",
    },
    ends={
        "csat": ("sehr unzufrieden", "sehr zufrieden"),
        "ces": ("stimme gar nicht zu", "stimme voll zu"),
        "nps": ("sehr unwahrscheinlich", "sehr wahrscheinlich"),
        "fcr": ("nein", "ja"),
    },
    comment="Möchten Sie etwas hinzufügen? (freiwillig)",
    send="Antwort senden",
    thanks="Vielen Dank, Ihre Antwort ist angekommen.",
    choose="Bitte wählen Sie eine der Zahlen.",
    answered="Diese Umfrage wurde schon beantwortet. Vielen Dank.",
    ended="Diese Umfrage ist beendet. Sie können uns weiterhin schreiben.",
    unknown="Dieser Link ist nicht gültig. Bitte öffnen Sie den Link aus unserer E-Mail noch einmal.",
    stop="Nicht mehr fragen",
    stopped="Wir fragen Sie nicht mehr.",
    mail="Ihre Anfrage ist abgeschlossen. Dürfen wir Ihnen eine Frage stellen?\n\n{question}\n\n{link}\n\n"
    "Der Link gilt einmal, zwei Wochen lang, ohne Anmeldung. Dort können Sie solche Fragen auch abbestellen.",
)
SPANISH = SurveyWords(
    language="es",
    questions={
        "csat": "¿Qué tan satisfecho está con la ayuda que recibió?",
        "ces": "La empresa me facilitó resolver mi problema.",
        "nps": "¿Qué probabilidad hay de que nos recomiende a un amigo o colega?",
        "fcr": "¿Se resolvió su consulta la primera vez que nos contactó?",
    },
    ends={
        "csat": ("muy insatisfecho", "muy satisfecho"),
        "ces": ("totalmente en desacuerdo", "totalmente de acuerdo"),
        "nps": ("nada probable", "muy probable"),
        "fcr": ("no", "sí"),
    },
    comment="¿Quiere añadir algo? (opcional)",
    send="Enviar respuesta",
    thanks="Gracias, hemos recibido su respuesta.",
    choose="Elija uno de los números, por favor.",
    answered="Esta encuesta ya fue respondida. Gracias.",
    ended="Esta encuesta ha terminado. Puede seguir escribiéndonos.",
    unknown="Este enlace no es válido. Abra de nuevo el enlace de nuestro correo, por favor.",
    stop="No preguntarme más",
    stopped="No volveremos a preguntarle.",
    mail="Su consulta está cerrada. ¿Podemos hacerle una pregunta?\n\n{question}\n\n{link}\n\n"
    "El enlace sirve una vez, durante dos semanas, sin iniciar sesión. "
    "Allí también puede pedir que no le preguntemos más.",
)
FRENCH = SurveyWords(
    language="fr",
    questions={
        "csat": "Êtes-vous satisfait de l'aide que vous avez reçue ?",
        "ces": "L'entreprise m'a permis de régler mon problème facilement.",
        "nps": "Quelle est la probabilité que vous nous recommandiez à un proche ou à un collègue ?",
        "fcr": "Votre demande a-t-elle été réglée dès votre premier contact avec nous ?",
    },
    ends={
        "csat": ("très insatisfait", "très satisfait"),
        "ces": ("pas du tout d'accord", "tout à fait d'accord"),
        "nps": ("pas du tout probable", "très probable"),
        "fcr": ("non", "oui"),
    },
    comment="Souhaitez-vous ajouter quelque chose ? (facultatif)",
    send="Envoyer la réponse",
    thanks="Merci, votre réponse est bien arrivée.",
    choose="Veuillez choisir un des nombres.",
    answered="Vous avez déjà répondu à cette enquête. Merci.",
    ended="Cette enquête est terminée. Vous pouvez toujours nous écrire.",
    unknown="Ce lien n'est pas valide. Veuillez rouvrir le lien de notre e-mail.",
    stop="Ne plus me poser de questions",
    stopped="Nous ne vous poserons plus de questions.",
    mail="Votre demande est close. Pouvons-nous vous poser une question ?\n\n{question}\n\n{link}\n\n"
    "Le lien fonctionne une fois, pendant deux semaines, sans connexion. "
    "Vous pouvez aussi y demander de ne plus en recevoir.",
)
WORDS = {words.language: words for words in (ENGLISH, GERMAN, SPANISH, FRENCH)}


def words_for(language: str) -> SurveyWords:
    """Return what a survey says in a language, in English where we have none."""
    return WORDS.get(language[:2].lower(), ENGLISH)
