"""Words that callers use for one another, and words that say nothing of what is asked about.

Two that stand together ("car park", "how much") are one word here ("carpark", "howmuch"). Endings and, in
Hebrew, what is put in front of a word do not matter.
"""

# Spellings of one word, forms that no rule gives, and words for the same thing.
SAME = (
    "man men gent; woman women lady female; child children kid; tooth teeth dental; foot feet; tire tyre; "
    "gray grey; center centre; car auto vehicle; exam examination; wifi internet; warranty guarantee; "
    "toilet bathroom restroom; wear clothes clothing dress; אישה אשה נשים; שן שיניים שיני; רכב מכונית אוטו; "
    "צבע צביעה צביעת"
)

# What callers ask about: a line for each thing, with the words that they ask in.
ASKED_ABOUT = (
    "price cost charge fee rate tariff expensive cheap howmuch dollar euro pound shekel"
    " מחיר מחירון עלות עולה עולים תעריף כמהעולה יקר",
    "hour open close weekday weekend monday tuesday wednesday thursday friday saturday sunday whattime"
    " openingtime schedule שעה שעות פתוח פתיחה סגור סגירה שישי שבת",
    "park carpark parkinglot חניה חניון לחנות חונים",
    "pay card creditcard debitcard credit debit cash visa mastercard amex applepay googlepay"
    " תשלום לשלם משלמים אשראי כרטיס כרטיסאשראי מזומן ביט",
    "address location located where find findyou direction getthere gettingthere street map"
    " gettinghere כתובת איפה נמצאים מיקום להגיע מגיעים הגעה רחוב",
    "cancel noshow ביטול לבטל מבטלים",
    "wheelchair accessible accessibility disabled disability stepfree lift elevator ramp stairs"
    " נגישות נגיש גלגלים כיסאגלגלים נכים מעלית",
    "language speak english spanish hebrew russian arabic french german"
    " שפה שפות מדברים עברית אנגלית רוסית ערבית",
    "insurance insured insurer ביטוח קופה קופת קופתחולים",
    "pet dog cat animal כלב חתול חיות",
    "voucher giftcard giftvoucher giftcertificate שובר כרטיסמתנה גיפטקארד",
    "service menu שירות",
    "email mail whatsapp מייל ווטסאפ",
)

# Words that do not say what is asked about.
FILLERS = (
    "a an the and or of for to in on at by with from about if as so just also is are am be do does did done"
    " dont i me my mine im id ill ive you your yours we us our ours it its this that these those there"
    " theres here can could would will shall should like want need have has had get got take takes accept"
    " accepts offer offers make come go tell know give what whats which any some much many anything"
    " something please thanks thank hello hi ok okay info information detail details question ask asking"
    " policy appointment book booking booked visit today tomorrow list method option business"
    " אני אנחנו אתם אתן לכם אצלכם שלכם שלך לי לנו הוא היא יש אין האם את של על עם או גם אם כל אבל זה זאת מה"
    " איזה אילו אפשר צריך צריכה רוצה רוצים לקבוע תור תורים בבקשה מידע פרטים לגבי בנוגע"
)
# Who says one of these, and beside them only words of the above, asks for all there is.
EVERYTHING = "all everything general else more information info הכל הכול כללי"
# Nor do these, unless nothing else was said.
QUESTIONS = "where when how who why time long איפה מתי איך מי למה כמה זמן"
# Said of any service: left out where no service is called so.
GENERIC = (
    "treatment service session procedure job work full regular normal standard basic new טיפול שירות רגיל מלא"
)

TWO_WORDS = {"haircut": ("hair", "cut"), "haircuts": ("hair", "cut"), "haircutting": ("hair", "cut")}
