"""The notice: what callers are told before anything else, word for word, and whether they have heard it.

A caller must know from the start that no person answers, and that the call is recorded, if it is. The model
is told to say so, but what counts is what the caller heard. Case, accents and punctuation do not matter,
words do: an answer that says it in other words has not said it.
"""

import unicodedata

from attrs import define, field

_MOST_REMINDERS = 2
# "you're", and the Hebrew marks of an abbreviation, as they are set and as they are typed.
_INSIDE_A_WORD = "'\"`\u00b4\u2018\u2019\u05f3\u05f4"
# The standard one, in the languages of which we know the name: what answers, and that it is recorded.
_ASSISTANT = {
    "ar": "أنت تتحدث مع مساعد آلي.",
    "de": "Sie sprechen mit einem automatischen Assistenten.",
    "en": "You are speaking with an automated assistant.",
    "es": "Está hablando con un asistente automático.",
    "fr": "Vous parlez avec un assistant automatique.",
    "he": "אתם מדברים עם נציגה אוטומטית.",
    "it": "Sta parlando con un assistente automatico.",
    "pt": "Quem atende é um assistente automático.",
    "ru": "Вам отвечает автоматический помощник.",
}
_RECORDED = {
    "ar": "هذه المكالمة مسجلة.",
    "de": "Dieses Gespräch wird aufgezeichnet.",
    "en": "This call is recorded.",
    "es": "Esta llamada se graba.",
    "fr": "Cet appel est enregistré.",
    "he": "השיחה מוקלטת.",
    "it": "Questa chiamata viene registrata.",
    "pt": "Esta chamada é gravada.",
    "ru": "Разговор записывается.",
}

# What words for recording have in common, in these languages.
_OF_RECORDING = (
    "سجل",
    "aufgezeichnet",
    "record",
    "graba",
    "enregistr",
    "מוקלט",
    "הקלט",
    "registra",
    "grava",
    "запис",
)


def standard(language: str, *, recorded: bool) -> str:
    """Return the standard notice in that language (ISO 639-1); empty if there is none."""
    assistant = _ASSISTANT.get(language, "")
    return f"{assistant} {_RECORDED[language]}" if assistant and recorded else assistant


def speaks_of_recording(text: str) -> bool:
    """Say whether a notice seems to say that the call is recorded, in any of those languages."""
    return any(stem in text.casefold() for stem in _OF_RECORDING)


@define
class Notice:
    """How far one call has come with its notice."""

    words: str  # empty: there is nothing to be heard word for word
    awaited: bool = field(init=False)  # it is still to be heard
    _missed: bool = False  # since the model was last told to say it
    _reminders: int = 0

    def __attrs_post_init__(self) -> None:
        self.awaited = bool(self.words)

    def listen(self, heard_text: str) -> bool:
        """Look for it in what the caller has heard of one answer. True if it is there, for the first time."""
        if self.awaited and says(heard_text, self.words):
            self.awaited = False
            return True
        return False

    def miss(self) -> None:
        """Note that an answer is over, and that it was not in what the caller heard of it."""
        self._missed = self.awaited

    def take_reminder(self) -> bool:
        """Say whether the model must be told to say it again, and count that as done.

        It must after each answer without it, but not for ever.
        """
        due = self._missed and self.awaited and self._reminders < _MOST_REMINDERS
        self._missed = False
        self._reminders += due
        return due


def says(text: str, wanted: str) -> bool:
    """Say whether the text holds all wanted words, in order and with nothing between."""
    words = _words(wanted)
    return bool(words) and f" {words} " in f" {_words(text)} "


def _words(text: str) -> str:
    """Return the words alone, with one space between: "You're here!" is "youre here"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (c for c in plain if not unicodedata.combining(c) and c not in _INSIDE_A_WORD)
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())
