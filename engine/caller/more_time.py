"""Words by which a caller needs more time: "one moment", "let me think", half of a number."""

import re

from engine.phrases import pattern

# They go away from the telephone for a while.
_WAIT = {
    "en": (
        *(
            "hold on",
            "hang on",
            "hold please",
            "hold the line",
            "bear with me",
            "be right back",
            "can you hold",
        ),
        *("one moment", "just a moment", "a moment please", "give me a moment", "wait a moment"),
        *("one second", "just a second", "a second please", "give me a second", "wait a second"),
        *("one sec", "just a sec", "give me a sec", "wait a sec", "one minute", "just a minute"),
        *("give me a minute", "wait a minute", "please wait", "wait please", "can you wait", "let me get"),
        *("let me grab", "let me find", "let me fetch", "let me look", "let me check", "let me just"),
    ),
    "he": (
        *("רק רגע", "רגע אחד", "רגע בבקשה", "רגע אני", "חכי רגע", "חכה רגע", "חכו רגע", "תן לי רגע"),
        *("תני לי רגע", "תנו לי רגע", "רק שנייה", "רק שניה", "שנייה אחת", "שניה אחת", "שנייה בבקשה"),
        *("שניה בבקשה", "שנייה אני", "שניה אני", "חכי שנייה", "חכה שנייה", "תן לי שנייה", "תני לי שנייה"),
        *("רק דקה", "דקה אחת", "דקה בבקשה", "דקה אני", "תן לי דקה", "תני לי דקה", "תמתיני", "תמתין"),
        *("תמתינו", "תחכי", "תחכה", "תחכו", "כבר חוזר*", "אל תנתק*"),
    ),
    "es": ("un momento", "un segundo", "un minuto", "un momentito", "espere", "espera", "ahora vuelvo"),
    "fr": (
        *("un instant", "un moment", "une seconde", "une minute", "attendez", "patientez"),
        *("ne quittez pas", "je reviens"),
    ),
    "de": (
        *("einen moment", "moment bitte", "kleinen moment", "augenblick", "eine sekunde", "eine minute"),
        *("warten sie", "bleiben sie dran", "bin gleich"),
    ),
    "it": ("un attimo", "un momento", "un secondo", "un minuto", "aspetti", "attenda", "resti in linea"),
    "pt": ("um momento", "um instante", "um segundo", "um minuto", "um momentinho", "espere", "aguarde"),
    "ru": (
        *("минуту", "минутку", "минуточку", "секунду", "секундочку", "подождите", "сейчас посмотрю"),
        *("сейчас вернусь", "не кладите трубку"),
    ),
    "ar": ("لحظة", "دقيقة", "ثانية", "انتظر", "انتظري"),
}
# So, if it is all that they say.
_WAIT_ALONE = {"en": ("wait", "hold"), "he": ("רגע", "שנייה", "שניה", "דקה"), "de": ("moment",)}
# They look for a word, or are in the middle of something.
_THINKS = {
    "en": (
        *("um*", "uh*", "er", "erm", "hm*", "let me think", "let me see"),
        *("let's see", "and", "or", "because"),
    ),
    "he": (
        *("אה", "אהה", "אמ", "אממ", "המ", "תן לי לחשוב", "תני לי לחשוב", "בוא נראה"),
        *("בואי נראה", "או", "כי"),
    ),
    "es": ("eh*", "em*", "a ver", "déjeme pensar", "y", "o", "porque"),
    "fr": ("euh*", "voyons", "laissez-moi réfléchir", "et", "ou", "parce que"),
    "de": ("äh*", "hm*", "mal sehen", "lassen sie mich überlegen", "und", "oder", "weil"),
    "it": ("ehm*", "vediamo", "mi faccia pensare", "e", "o", "perché"),
    "pt": ("hum*", "deixe-me pensar", "deixa ver", "e", "ou", "porque"),
    "ru": ("эм*", "э", "сейчас подумаю", "дайте подумать", "и", "или", "потому что"),
}
_WAIT_IN_ANY, _WAIT_ALONE_IN_ANY = pattern(_WAIT), pattern(_WAIT_ALONE, at_start=True, at_end=True)
_THINKS_IN_ANY = pattern(_THINKS, at_end=True)
_MOST_WORDS = 12  # who says more than "one moment" is not about to go away
_GROUPS = re.compile(r"[\d\s\-+().,/#*]+")  # a transcript has digits for what was dictated, in every language
_LEAST_DIGITS = 3  # more than a time of day has
_WHOLE_DIGITS = 10  # of a telephone number without its country's, and with it
_WHOLE_ABROAD = 12


def asks_to_wait(text: str) -> bool:
    """Say whether these are the words of somebody who goes away for a while."""
    words = re.findall(r"[\w']+", text)
    said = " ".join(words)
    found = _WAIT_IN_ANY.search(said) or _WAIT_ALONE_IN_ANY.search(said)
    return found is not None and len(words) <= _MOST_WORDS


def more_to_come(text: str) -> bool:
    """Say whether so far it is only a part of something: of a number, or of a thought."""
    return is_part_of_number(text) or _THINKS_IN_ANY.search(text) is not None


def is_part_of_number(text: str) -> bool:
    """Say whether it is digits and nothing else, and fewer than a telephone number has."""
    digits = sum(c.isdigit() for c in text)
    return digits >= _LEAST_DIGITS and _GROUPS.fullmatch(text) is not None and not is_whole_number(text)


def is_whole_number(text: str) -> bool:
    """Say whether it holds all digits that a telephone number has."""
    digits = "".join(c for c in text if c.isdigit())
    abroad = "+" in text or digits.startswith("00")
    return len(digits) >= (_WHOLE_ABROAD if abroad else _WHOLE_DIGITS)
