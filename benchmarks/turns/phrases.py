"""What people say beside sentences, in seven languages: to go on listening, or to take the floor."""

# ruff: noqa: RUF001  # letters of other alphabets are meant

from typing import Literal

Purpose = Literal["plain", "listening", "floor", "tic", "aside", "wait"]

# By the code of espeak-ng's voice. `listening` leaves the bot its turn, `floor` takes it in as short a time;
# a `tic` means nothing, and an `aside` is said to somebody else.
PHRASES: dict[str, dict[Purpose, tuple[str, ...]]] = {
    "en-us": {
        "plain": ("I would like to come in tomorrow.", "Could you tell me what it costs?", "Is Monday free?"),
        "listening": ("Uh-huh.", "Mm.", "Yeah.", "Okay.", "Right.", "I see.", "Mm-hmm.", "Sure.", "Got it."),
        "floor": ("Wait.", "Stop.", "No, no.", "Sorry?", "Excuse me.", "Hold on.", "Not Monday.", "What?"),
        "tic": ("Um.", "Uh.", "Er.", "Hmm."),
        "aside": (
            "Put that down, Anna.",
            "I am on the phone.",
            "Not now, darling.",
            "Close the door, will you?",
        ),
        "wait": ("One moment, please.", "Hold on a second.", "Just a minute, I will get my calendar."),
    },
    "de": {
        "plain": ("Ich möchte morgen kommen.", "Können Sie mir sagen, was das kostet?", "Ist Montag frei?"),
        "listening": ("Ja.", "Mhm.", "Okay.", "Genau.", "Verstehe.", "Ach so.", "Gut."),
        "floor": ("Moment.", "Halt.", "Nein, nein.", "Wie bitte?", "Stopp.", "Nicht Montag.", "Was?"),
        "tic": ("Äh.", "Ähm.", "Hm.", "Öh."),
        "aside": (
            "Leg das hin, Anna.",
            "Ich telefoniere gerade.",
            "Jetzt nicht, Schatz.",
            "Mach die Tür zu.",
        ),
        "wait": ("Einen Moment, bitte.", "Augenblick bitte.", "Warten Sie kurz, ich hole den Kalender."),
    },
    "fr": {
        "plain": ("Je voudrais venir demain.", "Pouvez-vous me dire le prix?", "Est-ce que lundi est libre?"),
        "listening": ("Oui.", "Mm.", "D'accord.", "Ok.", "Je vois.", "Très bien.", "Ah oui."),
        "floor": ("Attendez.", "Stop.", "Non, non.", "Pardon?", "Excusez-moi.", "Pas lundi.", "Quoi?"),
        "tic": ("Euh.", "Hum.", "Heu.", "Ben."),
        "aside": ("Pose ça, Anna.", "Je suis au téléphone.", "Pas maintenant, chéri.", "Ferme la porte."),
        "wait": ("Un instant, s'il vous plaît.", "Ne quittez pas.", "Attendez, je prends mon agenda."),
    },
    "es": {
        "plain": ("Quisiera venir mañana.", "¿Me puede decir cuánto cuesta?", "¿Está libre el lunes?"),
        "listening": ("Sí.", "Ajá.", "Vale.", "Claro.", "Ya veo.", "Muy bien.", "Mm."),
        "floor": ("Espere.", "Pare.", "No, no.", "¿Cómo?", "Perdone.", "El lunes no.", "¿Qué?"),
        "tic": ("Eh.", "Em.", "Este.", "Mmm."),
        "aside": ("Deja eso, Ana.", "Estoy al teléfono.", "Ahora no, cariño.", "Cierra la puerta."),
        "wait": ("Un momento, por favor.", "Espere un segundo.", "Un minuto, voy a buscar la agenda."),
    },
    "it": {
        "plain": ("Vorrei venire domani.", "Mi può dire quanto costa?", "Lunedì è libero?"),
        "listening": ("Sì.", "Mm.", "Va bene.", "Certo.", "Capisco.", "Okay.", "Ho capito."),
        "floor": ("Aspetti.", "Ferma.", "No, no.", "Come?", "Scusi.", "Non lunedì.", "Cosa?"),
        "tic": ("Ehm.", "Uhm.", "Eh.", "Mah."),
        "aside": ("Metti giù, Anna.", "Sono al telefono.", "Non adesso, caro.", "Chiudi la porta."),
        "wait": ("Un attimo, per favore.", "Aspetti un momento.", "Un minuto, prendo l'agenda."),
    },
    "ru": {
        "plain": ("Я хочу прийти завтра.", "Вы можете сказать, какая цена?", "Понедельник свободен?"),
        "listening": ("Да.", "Угу.", "Хорошо.", "Понятно.", "Ага.", "Ясно.", "Так."),
        "floor": ("Подождите.", "Стоп.", "Нет, нет.", "Что?", "Извините.", "Не понедельник.", "Как?"),
        "tic": ("Эм.", "Э.", "Хм.", "Ну."),
        "aside": ("Положи это, Анна.", "Я говорю по телефону.", "Не сейчас.", "Закрой дверь."),
        "wait": ("Одну минуту, пожалуйста.", "Подождите секунду.", "Минутку, я возьму календарь."),
    },
    "he": {
        "plain": ("אני רוצה לבוא מחר.", "אפשר לדעת כמה זה עולה?", "יום שני פנוי?"),
        "listening": ("כן.", "אהה.", "בסדר.", "אוקיי.", "הבנתי.", "נכון.", "טוב."),
        "floor": ("רגע.", "תעצור.", "לא, לא.", "סליחה?", "חכה.", "לא ביום שני.", "מה?"),
        "tic": ("אה.", "אמ.", "המ.", "אהמ."),
        "aside": ("תניחי את זה.", "אני בטלפון.", "לא עכשיו, מתוק.", "תסגור את הדלת."),
        "wait": ("רגע אחד, בבקשה.", "רק שנייה.", "דקה, אני מביא את היומן."),
    },
}
PHRASES["en-gb"] = PHRASES["en-us"]

# What recordings say that call, or are called back.
MACHINES: dict[str, dict[str, tuple[str, ...]]] = {
    "en-us": {
        "answering machine": (
            "You have reached the voicemail of the Brown family. Please leave a message after the tone.",
            "Hi, we cannot come to the phone right now. Leave your name and number after the beep.",
            "The person you are calling is not available. At the tone, please record your message.",
            "Thank you for calling. Nobody is here at the moment. Please leave us a message.",
        ),
        "robocall": (
            "We have been trying to reach you about your car's extended warranty.",
            "This is the final notice before we close your file.",
            "Your business listing is not verified and will be removed.",
            "Press one to speak with a representative, or press two to be removed from the list.",
            "You have been selected for a special offer on solar panels.",
            "Do not hang up. This message is important.",
        ),
    },
    "de": {
        "answering machine": (
            "Sie sind mit dem Anrufbeantworter der Familie Braun verbunden. Sprechen Sie nach dem Signalton.",
            "Der gewünschte Teilnehmer ist zur Zeit nicht erreichbar. Bitte hinterlassen Sie eine Nachricht.",
            "Guten Tag, wir sind gerade nicht da. Bitte sprechen Sie nach dem Piepton.",
            "Dies ist die Mailbox von Anna Schneider. Hinterlassen Sie mir bitte eine Nachricht.",
        ),
        "robocall": (
            "Sie wurden für eine Sonderaktion ausgewählt.",
            "Legen Sie nicht auf, diese Nachricht ist wichtig.",
            "Drücken Sie die Eins, um mit einem Berater verbunden zu werden.",
            "Ihr Eintrag im Branchenbuch läuft in Kürze ab.",
            "Sparen Sie jetzt bei Ihrem Stromvertrag.",
            "Wir haben mehrmals versucht, Sie zu erreichen.",
        ),
    },
    "he": {
        "answering machine": (
            "הגעתם לתא הקולי של משפחת כהן. אנא השאירו הודעה לאחר הצליל.",
            "המנוי שחייגת אליו אינו זמין כעת. אפשר להשאיר הודעה לאחר הצפצוף.",
            "שלום, אנחנו לא נמצאים כרגע. השאירו הודעה ונחזור אליכם.",
            "זו המזכירה האלקטרונית של דוד. השאירו הודעה אחרי הצליל.",
        ),
        "robocall": (
            "נבחרת לקבל הצעה מיוחדת.",
            "אל תנתקו, ההודעה הזאת חשובה.",
            "לשיחה עם נציג הקישו אחת.",
            "הרישום של העסק שלך עומד לפוג.",
            "חיסכון גדול בחשבון החשמל.",
            "ניסינו להשיג אותך מספר פעמים.",
        ),
    },
}
