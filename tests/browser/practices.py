"""Two dental practices, one in English and one in Hebrew: what they offer, who rings, and what is said."""

from attrs import frozen

from tests.browser.told import Bot, Caller, Keys, Said, Silence, Tool


@frozen(kw_only=True)
class Story:
    """One kind of call."""

    said: tuple[Said, ...]
    outcome: str
    detail: str
    untrue: str = ""  # what the bot said of a booking that there is not
    messages: tuple[str, ...] = ()  # one of these is left
    books: bool = False
    confirmed: bool = True  # whether the caller heard that it is booked
    transferred: bool = False


@frozen(kw_only=True)
class Practice:
    """A business and its people."""

    name: str
    number: str
    timezone: str
    language: str
    trade: str
    greeting: str
    notice: str
    rules: str
    owner_phone: str
    owner_email: str
    closed: str  # why, on one coming date
    services: tuple[tuple[str, int, str], ...]  # name, minutes, price
    facts: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    callers: tuple[tuple[str, str | None], ...]  # name, number
    notes: tuple[str, ...]  # of appointments
    stories: tuple[Story, ...]


_GOODBYE, _HUNG_UP = "the goodbye was heard", "the carrier said stop"

ENGLISH = Practice(
    name="Harbour Dental",
    number="+442079460958",
    timezone="Europe/London",
    language="en",
    trade="a dental practice",
    greeting="Harbour Dental, good day. How can I help?",
    notice="You are speaking with our automatic receptionist.",
    rules="Never give medical advice. Whoever is in pain is offered the first time of the day.",
    owner_phone="+447700900177",
    owner_email="owner@harbour.example",
    closed="Staff training",
    services=(
        ("check-up", 30, "sixty-five pounds"),
        ("cleaning", 45, "eighty pounds"),
        ("filling", 60, "from one hundred and twenty pounds"),
        ("emergency", 30, ""),
    ),
    facts=(
        ("children", "Children are welcome from their first tooth, and wait in a room of their own."),
        ("insurance", "All private insurers; the bill goes to the patient, who sends it on."),
        ("parking", "Behind the house, free of charge for two hours."),
        ("the way", "Two minutes from Harbour Street station, on the second floor; there is a lift."),
    ),
    people=(("Rosa Martin", "+442079460111"), ("Dr Hughes", "+447700900111")),
    callers=(
        ("Amelia Clarke", "+447700900201"),
        ("Tom Okafor", "+447700900202"),
        ("Priya Shah", "+447700900203"),
        ("Daniel Evans", "+447700900204"),
        ("", "+447700900205"),
        ("Grace Taylor", None),
        ("Bartholomew Featherstonehaugh-Cholmondeley", "+447700900207"),
    ),
    notes=("", "afraid of needles", "tooth on the upper left", ""),
    stories=(
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Caller("Hello, I would like an appointment for a check-up, please."),
                Bot(
                    "Of course. A check-up takes half an hour, and we are open",
                    "from Monday to Friday, from nine until five, and on Saturday until one.",
                ),
                Caller("Sorry, as early as you can. My name is Amelia Clarke."),
                Tool("update_lead_details", "Noted."),
                Tool("find_available_slots", "These times are free: Monday at 9:00, 9:30 or 10:00."),
                Bot("Thank you, Amelia. On Monday I have nine o'clock, half past nine, or ten. Which one?"),
                Caller("Half past nine, please."),
                Tool("create_appointment", "Booked for Monday at 9:30."),
                Bot("You are booked for half past nine. Is there anything else?"),
                Caller("No, that is all. Thank you, goodbye."),
                Bot("Thank you for calling, Amelia. Goodbye."),
            ),
            outcome="completed",
            detail=_GOODBYE,
            books=True,
        ),
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Caller("Where can I park?"),
                Tool("business_facts", "Behind the house, free of charge for two hours."),
                Bot("You can park behind the house, free of charge for two hours."),
                Caller("Thank you."),
                Bot("You are welcome. Goodbye."),
            ),
            outcome="completed",
            detail=_GOODBYE,
        ),
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Caller("I need to move my appointment on Thursday to next week."),
                Bot("I have moved it to Monday at ten. You are all set."),
                Caller("Great, thanks, bye."),
            ),
            outcome="caller_hung_up",
            detail=_HUNG_UP,
            untrue="I have moved it to Monday at ten.",
        ),
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Caller("Something is wrong with the bill that you sent me."),
                Bot("I can take a message for the practice, or put you through. Which would you like?"),
                Caller("A message. Please ring me back in the afternoon."),
                Tool("take_message", "Noted. The practice will read it."),
                Bot("I have noted it, and somebody will ring you back.", "Is there anything else I can do?"),
                Caller("No, goodbye."),
            ),
            outcome="caller_hung_up",
            detail=_HUNG_UP,
            messages=(
                "The filling of last week hurts when it is cold. Is that as it should be?",
                "Something is wrong with the bill of last week. Please ring back in the afternoon.",
                "My daughter needs the form for her school, signed, until Friday.",
            ),
        ),
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Keys(1),
                Tool("transfer_to_human", "The caller is put through to Rosa Martin."),
                Bot("One moment, I am putting you through to Rosa."),
            ),
            outcome="transferred",
            detail=_GOODBYE,
            transferred=True,
        ),
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Silence(),
                Bot("Are you still there?"),
                Silence(),
                Bot("I can't hear you, so I will hang up now. Goodbye."),
            ),
            outcome="silence_timeout",
            detail=_GOODBYE,
        ),
        Story(
            said=(
                Bot("Harbour Dental, good day. How can I help?"),
                Caller("Could I have a cleaning on Friday at eleven?"),
                Tool("find_available_slots", "These times are free: Friday at 11:00 or 11:45.", 180),
                Tool("create_appointment", "Booked for Friday at 11:00."),
                Bot("That is booked", "for Friday at eleven. We look forward to seeing you."),
                Caller("Oh, my bus, I have to go!"),
            ),
            outcome="caller_hung_up",
            detail=_HUNG_UP,
            books=True,
            confirmed=False,
        ),
    ),
)

HEBREW = Practice(
    name="מרפאת שיניים הדקל",
    number="+97235550100",
    timezone="Asia/Jerusalem",
    language="he",
    trade="מרפאת שיניים",
    greeting="שלום, מרפאת הדקל, איך אפשר לעזור?",
    notice="אתם מדברים עם פקידת קבלה אוטומטית.",
    rules="לא נותנים ייעוץ רפואי. למי שכואב מציעים את התור הראשון ביום.",
    owner_phone="+972501234577",
    owner_email="owner@dekel.example",
    closed="יום השתלמות",
    services=(
        ("בדיקה", 30, "מאתיים שקלים"),
        ("ניקוי אבנית", 45, "שלוש מאות שקלים"),
        ("סתימה", 60, "החל מארבע מאות שקלים"),
        ("עזרה ראשונה", 30, ""),
    ),
    facts=(
        ("ביטוח", "עובדים עם כל הביטוחים הפרטיים; החשבונית נשלחת למטופל."),
        ("דרך", "שתי דקות מתחנת הרכבת, קומה 2, ויש מעלית."),
        ("חניה", "מאחורי הבניין, שעתיים ללא תשלום."),
        ("ילדים", "ילדים מתקבלים מהשן הראשונה."),
    ),
    people=(("רוזה כהן", "+97235550111"), ("ד״ר לוי", "+972501234511")),
    callers=(
        ("דנה לוי", "+972501234501"),
        ("יוסי מזרחי", "+972501234502"),  # noqa: RUF001
        ("נועה פרץ", "+972501234503"),
        ("Daniel Evans", "+972501234504"),
        ("", "+972501234505"),
        ("תמר אבני", None),
        ("אלכסנדרה בן־שמעון־קליינמן", "+972501234507"),
    ),
    notes=("", "חוששת ממחטים", "שן עליונה משמאל, ליד Crown 14", ""),
    stories=(
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Caller("שלום, אני רוצה לקבוע תור לבדיקה בבקשה."),
                Bot(
                    "בשמחה. בדיקה נמשכת חצי שעה, ואנחנו פתוחים",
                    "בימים ראשון עד חמישי, מתשע עד חמש, וביום שישי עד אחת.",
                ),
                Caller("סליחה, כמה שיותר מוקדם. קוראים לי דנה לוי."),
                Tool("update_lead_details", "נרשם."),
                Tool("find_available_slots", "הזמנים הפנויים: יום שני ב־9:00, 9:30 או 10:00."),
                Bot("תודה, דנה. ביום שני יש תשע, תשע וחצי או עשר. מה מתאים?"),
                Caller("תשע וחצי, בבקשה."),
                Tool("create_appointment", "נקבע ליום שני ב־9:30."),
                Bot("נקבע לתשע וחצי. יש עוד משהו?"),
                Caller("לא, זה הכול. תודה ולהתראות."),
                Bot("תודה שהתקשרת, דנה. להתראות."),
            ),
            outcome="completed",
            detail=_GOODBYE,
            books=True,
        ),
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Caller("איפה אפשר לחנות?"),
                Tool("business_facts", "מאחורי הבניין, שעתיים ללא תשלום."),
                Bot("אפשר לחנות מאחורי הבניין, שעתיים ללא תשלום."),
                Caller("תודה."),
                Bot("בבקשה. להתראות."),
            ),
            outcome="completed",
            detail=_GOODBYE,
        ),
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Caller("אני צריך להעביר את התור של יום חמישי לשבוע הבא."),
                Bot("העברתי אותו ליום שני בעשר. הכול מסודר."),
                Caller("מצוין, תודה, ביי."),
            ),
            outcome="caller_hung_up",
            detail=_HUNG_UP,
            untrue="העברתי אותו ליום שני בעשר.",
        ),
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Caller("יש טעות בחשבונית INV-2041 ששלחתם לי."),
                Bot("אפשר להשאיר הודעה למרפאה, או לדבר עם רוזה. מה תעדיפי?"),
                Caller("הודעה. תתקשרו אליי אחר הצהריים בבקשה."),
                Tool("take_message", "נרשם. המרפאה תקרא."),
                Bot("רשמתי, ויחזרו אלייך.", "אפשר לעזור בעוד משהו?"),
                Caller("לא, להתראות."),
            ),
            outcome="caller_hung_up",
            detail=_HUNG_UP,
            messages=(
                "הסתימה מהשבוע שעבר כואבת בקור. זה בסדר?",
                "יש טעות בחשבונית INV-2041 מהשבוע שעבר. לחזור אליי אחר הצהריים.",
                "הבת שלי צריכה את הטופס לבית הספר, חתום, עד יום שישי.",
            ),
        ),
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Keys(1),
                Tool("transfer_to_human", "המתקשר מועבר לרוזה כהן."),
                Bot("רגע אחד, אני מעבירה אותך לרוזה."),
            ),
            outcome="transferred",
            detail=_GOODBYE,
            transferred=True,
        ),
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Silence(),
                Bot("את עדיין על הקו?"),
                Silence(),
                Bot("אני לא שומעת אותך, אז אני מנתקת. להתראות."),
            ),
            outcome="silence_timeout",
            detail=_GOODBYE,
        ),
        Story(
            said=(
                Bot("שלום, מרפאת הדקל, איך אפשר לעזור?"),
                Caller("אפשר ניקוי אבנית ביום חמישי באחת עשרה?"),
                Tool("find_available_slots", "הזמנים הפנויים: יום חמישי ב־11:00 או 11:45.", 180),
                Tool("create_appointment", "נקבע ליום חמישי ב־11:00."),
                Bot("נקבע", "ליום חמישי באחת עשרה. נתראה!"),
                Caller("אוי, האוטובוס שלי, אני חייבת לרוץ!"),
            ),
            outcome="caller_hung_up",
            detail=_HUNG_UP,
            books=True,
            confirmed=False,
        ),
    ),
)
