"""Words with which a listener agrees, and wants nothing: "uh-huh", "okay", "I see", "claro", "כן".

The table has one row for each language that the bot speaks by itself. All rows hold in every call: who has
been asked in English may well say "sí". That a sound is all there is to it ("mm", "um") says its spelling.
"""

import re
from unicodedata import category, normalize

from engine.bot.expected import QUESTION_MARKS

_PHRASES_BY_LANGUAGE: dict[str, tuple[str, ...]] = {
    "en": (
        *("yes", "yeah", "yep", "yup", "ya", "ok", "okay", "o k", "k", "right", "alright", "all right"),
        *("sure", "I see", "I understand", "got it", "gotcha", "makes sense", "that makes sense", "true"),
        *("fine", "that's fine", "good", "very good", "great", "perfect", "wonderful", "lovely", "cool"),
        *("nice", "exactly", "of course", "absolutely", "definitely", "correct", "that's right", "wow"),
        *("sounds good", "fair enough", "I know", "really", "oh really", "indeed", "that's good"),
    ),
    "he": (
        *("כן", "אוקיי", "אוקי", "או קיי", "או קי", "נכון", "בסדר", "בסדר גמור", "טוב", "יופי", "סבבה"),
        *("הבנתי", "מבין", "מבינה", "אני מבין", "אני מבינה", "בטח", "ברור", "מצוין", "מצוינת", "מעולה"),
        *("אחלה", "בדיוק", "ודאי", "כמובן", "נהדר", "אין בעיה"),
    ),
    "ar": (
        *("نعم", "أيوه", "ايوه", "أيوا", "أجل", "طيب", "تمام", "ماشي", "صح", "صحيح", "فهمت", "مفهوم"),
        *("حسنا", "أكيد", "طبعا", "أوكي", "اوكي", "اوك", "جيد", "ممتاز", "آه", "أها", "ايه"),
    ),
    "de": (
        *("ja", "jo", "jawohl", "genau", "aha", "gut", "sehr gut", "alles klar", "klar", "verstehe", "schön"),
        *("ich verstehe", "verstanden", "ach so", "achso", "stimmt", "richtig", "in ordnung", "passt"),
        *("prima", "super", "natürlich", "sicher", "na klar", "ja klar", "ja genau", "okay gut"),
    ),
    "es": (
        *("sí", "claro", "claro que sí", "vale", "ajá", "ya", "ya veo", "bueno", "bien", "muy bien"),
        *("exacto", "de acuerdo", "entiendo", "entendido", "perfecto", "okey", "eso es"),
        *("por supuesto", "correcto", "está bien", "genial"),
    ),
    "fr": (
        *("oui", "ouais", "d'accord", "bien", "très bien", "bon", "voilà", "exactement", "exact", "c'est ça"),
        *("je vois", "je comprends", "compris", "entendu", "bien sûr", "parfait", "tout à fait", "ça marche"),
        *("ah oui", "ah bon", "ok d'accord", "mouais"),
    ),
    "it": (
        *("sì", "già", "certo", "va bene", "bene", "benissimo", "d'accord", "d'accordo", "capito", "capisco"),
        *("ho capito", "esatto", "esattamente", "giusto", "perfetto", "ecco", "certamente", "ottimo"),
    ),
    "pt": (
        *("sim", "claro", "certo", "está bem", "tá", "tá bom", "tá bem", "pois", "pois é", "isso", "exato"),
        *("entendi", "entendo", "percebo", "muito bem", "perfeito", "com certeza", "ótimo", "beleza"),
    ),
    "ru": (
        *("да", "да да", "угу", "ага", "так", "понятно", "ясно", "хорошо", "понял", "поняла", "ладно"),
        *("конечно", "верно", "точно", "правильно", "окей", "ок", "отлично", "ну да"),
    ),
}
_LONGEST = 3  # words of a phrase; "that's" is two
# What is no word in any language, as transcripts spell it.
_SOUND = re.compile(
    r"h*m+(?:h+m+)*|u+[hm]+|h[ua]+h|a+h+(?:a+h*)*|e+u*h+m*|e+r*m+|e+rm*|o+h+"
    r"|א+ה+א*|ה?[מם]+|א+[מם]+|а+х*|у+|э+м*|х?м+|م+|ا+ه+"
)
_WORD = re.compile(r"[^\W_]+")
_MOST_CHARS = 80  # what is longer is no murmur, whatever its words


def _words(text: str) -> tuple[str, ...]:
    # Accents and vowel points are left out: transcripts do so as well.
    plain = (c for c in normalize("NFKD", text.casefold()) if category(c) != "Mn")
    return tuple(_WORD.findall("".join(plain)))


_PHRASES = frozenset(_words(phrase) for phrases in _PHRASES_BY_LANGUAGE.values() for phrase in phrases)
_AS_TEXT = tuple(" ".join(phrase) for phrase in _PHRASES)


def agrees(text: str) -> bool:
    """Say whether these words only agree, or are no words but sounds: no question, and nothing to answer."""
    return _may_be_murmur(text) and bool(_words(text)) and not _left(_words(text))


def may_agree(text: str) -> bool:
    """Say whether a text that is still being written down may yet come to no more than that."""
    left = " ".join(_left(_words(text))) if _may_be_murmur(text) else None
    return left is not None and any(phrase.startswith(left) for phrase in _AS_TEXT)


def _may_be_murmur(text: str) -> bool:
    return len(text) <= _MOST_CHARS and not any(mark in text for mark in QUESTION_MARKS)


def _left(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what follows the last word of agreement."""
    while words:
        lengths = (n for n in range(_LONGEST, 0, -1) if words[:n] in _PHRASES)
        taken = next(lengths, 1 if _SOUND.fullmatch(words[0]) else 0)
        if not taken:
            break
        words = words[taken:]
    return words
