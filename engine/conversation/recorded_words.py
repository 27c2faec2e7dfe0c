"""Words of recordings: what a machine says into a telephone, and a person hardly ever.

By kind, then by language. One of them proves nothing: people leave messages, too, and tell what a machine has
said to them. What is made of them, `recordings.py` says. A phrase stands as in `engine/phrases.py`; commas
part them.
"""

import re
from collections.abc import Mapping, Set

from engine.phrases import pattern

# It takes messages.
_MESSAGE = {
    "en": (
        "leave a message, leave us a message, leave me a message, leave your message, leave your name, "
        "thank you for calling, record your message, the tone, the beep, come to the phone, take your "
        "call, you have reached, you've reached, voicemail, voice mail, mailbox, is not available, nobody "
        "is here"
    ),
    "he": (
        "השאירו הודעה, השאר הודעה, תשאירו הודעה, להשאיר הודעה, *הצליל, *הצפצוף, *תא קולי, *תא הקולי, "
        "*מזכירה האלקטרונית, אינו זמין, לא זמין כרגע, לא נמצאים, המנוי, תודה שהתקשרתם"
    ),
    "es": (
        "deje un mensaje, deje su mensaje, la señal, el tono, gracias por llamar, buzón de voz, no está "
        "disponible"
    ),
    "fr": (
        "laissez un message, laissez-nous un message, laisser un message, bip sonore, le bip, merci de "
        "votre appel, messagerie"
    ),
    "de": (
        "hinterlass*, signalton, piepton, nach dem ton, anrufbeantworter, mailbox, ihren anruf, nicht "
        "erreichbar, gerade nicht da, sprechen sie nach"
    ),
    "it": (
        "lasciate un messaggio, lasci un messaggio, segnale acustico, segreteria, grazie per aver "
        "chiamato, non è disponibile"
    ),
    "pt": (
        "deixe a sua mensagem, deixe sua mensagem, deixe uma mensagem, o sinal, obrigado por ligar, caixa "
        "postal, correio de voz"
    ),
    "ru": "оставьте сообщение, после сигнала, после гудка, автоответчик*, недоступен, спасибо за звонок",
    "ar": "اترك رسالة, اترك رسالتك, بعد الصافرة, بعد النغمة, البريد الصوتي, غير متاح, شكرا لاتصالك",
}
# It asks for a key, or to be heard out.
_INSTRUCTS = {
    "en": (
        "press one, press two, press three, press nine, press zero, press star, press pound, press any, "
        "press 1, press 2, press 3, press 9, press 0, press the, to be removed from, do not hang up, "
        "don't hang up, stay on the line, remain on the line, your call is important, message is "
        "important, important message"
    ),
    "he": "הקישו, הקש, הקישי, לחצו, אל תנתקו, הישארו על הקו, שיחתכם חשובה, ההודעה הזאת חשובה, הודעה חשובה",
    "es": (
        "pulse, presione, marque, no cuelgue, permanezca en línea, su llamada es importante, mensaje "
        "importante"
    ),
    "fr": (
        "appuyez sur, tapez, ne raccrochez pas, restez en ligne, votre appel est important, message important"
    ),
    "de": (
        "drücken sie, wählen sie die, legen sie nicht auf, bleiben sie in der leitung, nachricht ist "
        "wichtig, ihr anruf ist uns wichtig, wichtige nachricht"
    ),
    "it": (
        "premere, prema, digiti, non riagganci*, resti in linea, la sua chiamata è importante, messaggio "
        "importante"
    ),
    "pt": "pressione, prima a tecla, tecle, digite, não desligue, permaneça em linha, mensagem importante",
    "ru": "нажмите, не вешайте трубку, оставайтесь на линии, ваш звонок важен, важное сообщение",
    "ar": "اضغط, لا تغلق الخط, ابق على الخط, مكالمتك تهمنا, رسالة هامة",
}
# It sells or threatens.
_OFFERS = {
    "en": (
        "you have been selected, you've been selected, you have won, special offer, limited time, act "
        "now, final notice, last notice, final warning, extended warranty, business listing, google "
        "listing, trying to reach you, no obligation, interest rates, legal action, will be suspended, "
        "will be removed, pre-approved"
    ),
    "he": (
        "נבחרת, נבחרתם, זכית, זכיתם, הצעה מיוחדת, מבצע מיוחד, חיסכון גדול, עומד לפוג, עומדת לפוג, הרישום "
        "של העסק, ניסינו להשיג, התראה אחרונה, הודעה אחרונה"
    ),
    "es": "ha sido seleccionad*, ha ganado, oferta especial, último aviso, hemos intentado, su factura",
    "fr": "avez été sélectionné*, avez gagné, offre spéciale, dernier avis, essayé de vous joindre",
    "de": (
        "wurden ausgewählt, wurden für, sonderaktion, haben gewonnen, sparen sie, branchenbuch, letzte "
        "mahnung, läuft in kürze ab, mehrmals versucht"
    ),
    "it": (
        "è stato selezionato, è stata selezionata, ha vinto, offerta speciale, ultimo avviso, cercato di "
        "contattarla"
    ),
    "pt": (
        "foi selecionad*, ganhou, oferta especial, último aviso, tentámos contactá-lo, tentamos contatá-lo"
    ),
    "ru": "вы были выбраны, вы выиграли, специальное предложение, последнее предупреждение, вам одобрен*",
    "ar": "تم اختيارك, لقد فزت, عرض خاص, إشعار أخير, حاولنا الاتصال",
}
# It says what it is.
_SAYS_SO = {
    "en": (
        "recorded message, recorded line, automated message, automated call, prerecorded, pre-recorded, "
        "may be recorded, is being recorded, will be recorded, monitored or recorded, not a sales call"
    ),
    "he": "הודעה מוקלטת, השיחה מוקלטת, שיחה זו מוקלטת, הודעה אוטומטית",
    "es": "mensaje grabado, mensaje automático, puede ser grabada, será grabada",
    "fr": "message enregistré, message automatique, susceptible d'être enregistré",
    "de": "automatische ansage, automatischer anruf, bandansage, wird aufgezeichnet, aufgezeichnet werden",
    "it": "messaggio registrato, messaggio automatico, potrebbe essere registrata",
    "pt": "mensagem gravada, mensagem automática, poderá ser gravada, pode ser gravada",
    "ru": "автоматическое сообщение, записанное сообщение, разговор записывается, может быть записан",
    "ar": "رسالة مسجلة, رسالة آلية, قد يتم تسجيل",
}


def _pattern(table: Mapping[str, str]) -> re.Pattern[str]:
    return pattern({language: listed.split(", ") for language, listed in table.items()})


_TAKES_MESSAGES = _pattern(_MESSAGE)
_ANNOUNCES = tuple(map(_pattern, (_INSTRUCTS, _OFFERS, _SAYS_SO)))
_BETWEEN = re.compile(r"[\s,;:.!?\u2026\"]+")


def takes_messages(text: str) -> bool:
    """Say whether these may be the words of an answering machine."""
    return _TAKES_MESSAGES.search(_said(text)) is not None


def announcements(text: str) -> Set[str]:
    """Return the different phrases of announcements that are in it."""
    said = _said(text)
    return {found.lower() for listed in _ANNOUNCES for found in listed.findall(said)}


def _said(text: str) -> str:
    return _BETWEEN.sub(" ", text)
