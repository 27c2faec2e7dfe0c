"""The expected answer, by the bot's own words: a yes or a no, or what people dictate piece by piece.

Who dictates a number, a name or an address rests between the pieces for a second and more; who says yes does
not. The words are those of the languages that the bot speaks by itself. A tool that asks for one of these
says so in English or Hebrew, whatever language the bot then speaks.
"""

import re
from enum import Enum, auto

from engine.phrases import pattern

QUESTION_MARKS = "?\u061f\uff1f"  # those of Arabic and of the full-width scripts, too
_SENTENCE = re.compile(rf"[^.!{QUESTION_MARKS}]+[.!{QUESTION_MARKS}]*")


class Expected(Enum):
    """The kind of answer that the bot's words ask for."""

    ANYTHING = auto()
    YES_OR_NO = auto()
    DICTATION = auto()


# A name, a number, letters or an address are asked for in one of these words.
_DICTATED = {
    "en": (
        *("name", "names", "surname", "number", "numbers", "digits", "phone", "spell*", "e-mail", "email"),
        *("address", "code", "postcode", "zip", "extension", "date of birth", "reach you", "call you back"),
        *("am i speaking with", "am i speaking to", "am i talking to", "who's speaking", "who's calling"),
    ),
    "he": (
        *("*שם", "שמך", "שמכם", "*מספר*", "*טלפון*", "*ספרות", "*איית*"),
        *("*איות*", "*דוא*", "*אימייל*", "*מייל*"),
        *("*כתובת*", "*קוד*", "*תאריך לידה", "*מיקוד", "להשיג אות*", "לחזור אלי*", "מי מדבר*"),
    ),
    "es": (
        *("nombre*", "apellido*", "número*", "teléfono*", "dígitos", "deletre*", "correo", "dirección"),
        *("código", "se llama", "llamas", "localizar*", "contactar*", "con quién hablo"),
    ),
    "fr": (
        *("nom", "prénom", "numéro*", "téléphone", "chiffres", "épel*", "e-mail", "mail", "courriel"),
        *("adresse", "code", "*joindre", "rappeler", "appelez-vous", "qui ai-je", "à qui ai-je"),
    ),
    "de": (
        *("name", "namen", "nachname*", "vorname*", "*nummer", "ziffern", "buchstabier*", "e-mail"),
        *("*adresse", "anschrift", "postleitzahl", "*erreiche*", "zurückrufen", "heißen sie"),
        *("mit wem spreche", "wer spricht"),
    ),
    "it": (
        *("nome", "cognome", "numero", "telefono", "cifre", "compit*", "e-mail", "indirizzo", "codice"),
        *("si chiama", "contattar*", "ricontattar*", "richiamar*", "con chi parlo"),
    ),
    "pt": (
        *("nome", "apelido", "sobrenome", "número", "telefone", "telemóvel", "dígitos", "soletr*", "e-mail"),
        *("morada", "endereço", "código", "se chama", "contactá*", "contatá*", "com quem falo"),
    ),
    "ru": (
        *("имя", "фамили*", "номер*", "телефон*", "цифр*", "по буквам", "почт*", "адрес*", "индекс*"),
        *("зовут", "связаться", "перезвонить", "вас найти"),
    ),
    "ar": ("*اسم*", "*رقم*", "*هاتف*", "*أرقام*", "*تهج*", "*بريد*", "*عنوان*", "*رمز*", "الاتصال بك"),
}
# So questions begin and end with which something is read back, or agreed on.
_AGREED_FIRST = {
    "en": (
        *("is it", "is that", "is this", "is your", "is the", "so is", "and is", "are you", "was that"),
        *("did i", "have i", "shall i", "should i", "does"),
    ),
    "he": ("האם", "אז האם"),
    "es": ("es", "está", "son"),
    "fr": ("est-ce bien", "c'est bien"),
    "de": ("ist das", "ist es", "ist ihr*", "sind sie", "stimmt", "passt"),
    "it": ("è",),
    "pt": ("é",),
    "ar": ("هل",),
}
_AGREED_LAST = {
    "en": ("right", "correct", "okay", "alright"),
    "he": ("נכון", "בסדר", "מתאים", "מתאימה"),
    "es": ("correcto", "correcta", "verdad", "cierto", "de acuerdo", "bien"),
    "fr": ("correct", "exact", "juste", "d'accord", "n'est-ce pas", "bien ça"),
    "de": ("richtig", "korrekt", "stimmt das", "in ordnung", "okay"),
    "it": ("corretto", "giusto", "esatto", "va bene"),
    "pt": ("certo", "correto", "correta", "está bem"),
    "ru": ("верно", "правильно", "подходит", "хорошо"),
    "ar": ("صحيح", "مناسب"),
}
_DICTATED_IN_ANY = pattern(_DICTATED)
_AGREED_IN_ANY = (pattern(_AGREED_FIRST, at_start=True), pattern(_AGREED_LAST, at_end=True))


def asks(text: str) -> bool:
    """Say whether it holds a question."""
    return any(mark in text for mark in QUESTION_MARKS)


def expected(heard: str) -> Expected:
    """Return what is expected after these words: by their last question, or their last sentence."""
    sentences = _SENTENCE.findall(heard)
    question = next((sentence for sentence in reversed(sentences) if asks(sentence)), None)
    if question is not None and any(agreed.search(question) for agreed in _AGREED_IN_ANY):
        return Expected.YES_OR_NO
    asked = question or (sentences[-1] if sentences else "")
    return Expected.DICTATION if _DICTATED_IN_ANY.search(asked) else Expected.ANYTHING


def asks_to_dictate(say: str) -> bool:
    """Say whether a tool asks the caller for something that is dictated, by what it has the model say."""
    return asks(say) and _DICTATED_IN_ANY.search(say) is not None
