"""Words that stand beside a name or in its place, as they are written: `office/names.py` folds them."""

import re

# Within a word they part nothing: O'Brien, D’Angelo, ג׳ורג׳. The long stroke of Arabic is no letter either.
APOSTROPHES = re.compile(
    "['\"`\u00b4\u2018-\u201f\u2032-\u2037\u02b9-\u02bf\u02c8\u05f3\u05f4\uff07\uff40\u0640]"
)
# Letters with a stroke, a ligature or a form of their own, as who has another keyboard writes them.
LETTERS = str.maketrans(
    dict(zip("ıłøđðħŧךםןףץیىکة", "iloddhtכמנפצييكه", strict=True))
    | {"þ": "th", "æ": "ae", "œ": "oe", "װ": "וו", "ױ": "וי", "ײ": "יי"}
)
# As they are written where there is no such key, in German and the languages of the North.
TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split(", "))


# Nobody is called so: no part of a name, wherever they stand.
TITLES = _listed(
    "Mr, Mrs, Ms, Mx, Miss, Mister, Missus, Dr, Doctor, Prof, Professor, PhD, Esq, "
    "Madam, Madame, Mme, Mlle, Monsieur, Frau, Fräulein, Señor, Señora, Srta, Sra, "
    "Signor, Signora, Signorina, Senhor, Senhora, Mevrouw, Meneer, Doktor, "
    "גב', גברת, פרופ', פרופסור, דוקטור, עו\"ד, "
    "господин, госпожа, доктор, السيد, السيدة, الدكتور, الدكتورة, دكتور, دكتورة"
)
# Some are called so: a title only before another word of the name.
ALSO_NAMES = _listed(
    "Sir, Rev, Reverend, Rabbi, Father, Sister, Captain, Capt, Herr, Attorney, "
    "Sgt, Sergeant, Lt, Lieutenant, Major, Colonel, "
    'מר, ד"ר, אדון, הרב, רב, רבי'
)

# What is written where nobody gave a name: by models, by forms, by telephones that show no number.
NO_NAMES = _listed(
    "unknown, unknown caller, unknown name, name unknown, caller unknown, unnamed, not known, no one, "
    "nobody, "
    "null, none, nil, nan, undefined, N/A, NA, empty, blank, missing, string, placeholder, "
    "to be determined, TBD, TBA, "
    "not provided, name not provided, not given, name not given, no name given, no name provided, "
    "no name, "
    "none given, none provided, not specified, unspecified, not stated, not mentioned, not said, "
    "not applicable, "
    "not available, unavailable, withheld, number withheld, restricted, private, private number, "
    "private caller, "
    "anonymous, anonymous caller, caller, the caller, this caller, customer, the customer, client, "
    "the client, "
    "patient, the patient, guest, the guest, user, the user, visitor, person, the person, someone, "
    "name, full name, your name, caller name, customer name, first name, last name, "
    "first name last name, "
    "first last, firstname lastname, test, test caller, no number, no email, no e-mail, no address, "
    "Mr, Mrs, Ms, Miss, Sir, Madam, Ma'am, sir or madam, caller's name, the caller's name, your name here, "
    "not yet provided, no name yet, didn't say, did not say, don't know, I don't know, refused, declined, "
    "me, myself, hello, לא יודע, לא יודעת, אני, הלו, "
    "לא ידוע, לא ידועה, שם לא ידוע, לא נמסר, לא נמסרה, לא צוין, לא צוינה, לא נאמר, לא זמין, לא רלוונטי, "
    "חסוי, "
    "אין, אין שם, ללא, ללא שם, בלי שם, ריק, שם, שם מלא, השם, בדיקה, מספר חסוי, מישהו, מישהי, אורח, "
    "אורחת, משתמש, "
    "לקוח, לקוחה, הלקוח, הלקוחה, מתקשר, מתקשרת, המתקשר, המתקשרת, מטופל, מטופלת, המטופל, המטופלת, "
    "אנונימי, אנונימית, פלוני, פלוני אלמוני, אלמוני, אלמונית, "
    "desconocido, desconocida, anónimo, anónima, cliente, sin nombre, inconnu, inconnue, anonyme, "
    "client inconnu, "
    "unbekannt, anonym, Kunde, Kundin, Anrufer, Anruferin, ohne Namen, "
    "sconosciuto, sconosciuta, desconhecido, desconhecida, onbekend, okänd, ukjent, tuntematon, "
    "nieznany, nieznana, unbekannter Anrufer, неизвестный абонент, "
    "άγνωστος, 不明, 未知, 匿名, 名無し, 불명, "
    "неизвестно, неизвестный, неизвестная, аноним, клиент, без имени, مجهول, غير معروف, عميل"
)
