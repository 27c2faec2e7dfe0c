# ruff: noqa: E501, RUF001
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.language import spoken
from office.language.claims import Claim, Kind, claims, unmatched
from office.language.english import ENGLISH
from office.language.hebrew import HEBREW

BOOKED, MOVED, CANCELLED = Kind
TODAY, TOMORROW = dt.date(2026, 11, 21), dt.date(2026, 11, 22)


def wall(day, hour, minute=0):
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("America/New_York"))


# A sentence that the caller heard; what it states, and the weekday, day, month and minutes that it names.
STATED = [
    ("en", "You're booked for Tuesday at three.", BOOKED, (1, None, None, (180, 900))),
    ("en", "You are booked for Tuesday 24 November at 10:30.", BOOKED, (1, 24, 11, (630, 1350))),
    ("en", "I've scheduled you for Friday at 3 p.m.", BOOKED, (4, None, None, (900,))),
    ("en", "I have scheduled you for a haircut on Monday at noon.", BOOKED, (0, None, None, (720,))),
    ("en", "Your appointment is confirmed.", BOOKED, (None, None, None, ())),
    ("en", "Your appointment is confirmed for the 24th at half past ten.", BOOKED, (None, 24, None, (630, 1350))),
    ("en", "Your appointment for Tuesday at three is booked.", BOOKED, (1, None, None, (180, 900))),
    ("en", "Great, you're all set for Tuesday at three thirty.", BOOKED, (1, None, None, (210, 930))),
    ("en", "Okay, I've booked you in for tomorrow at nine.", BOOKED, (None, None, None, (540, 1260))),
    ("en", "I just booked that for you.", BOOKED, (None, None, None, ())),
    ("en", "I've got you down for Wednesday at 14:00.", BOOKED, (2, None, None, (840,))),
    ("en", "I have you down for Thursday morning at eleven.", BOOKED, (3, None, None, (660,))),
    ("en", "I've put you down for the first of December.", BOOKED, (None, 1, 12, ())),
    ("en", "I've made an appointment for you on Sunday at ten.", BOOKED, (6, None, None, (600, 1320))),
    ("en", "We have reserved your appointment for Monday.", BOOKED, (0, None, None, ())),
    ("en", "It's booked!", BOOKED, (None, None, None, ())),
    ("en", "That's all booked for you.", BOOKED, (None, None, None, ())),
    ("en", "Booked for Tuesday 24 November at 10:30.", BOOKED, (1, 24, 11, (630, 1350))),
    ("en", "All booked.", BOOKED, (None, None, None, ())),
    ("en", "You're booked for Tuesday at three, is that all right?", BOOKED, (1, None, None, (180, 900))),
    ("en", "Perfect, so you're booked for Tuesday at three, okay?", BOOKED, (1, None, None, (180, 900))),
    ("en", "No problem, you're booked for Tuesday.", BOOKED, (1, None, None, ())),
    ("en", "I can confirm that you're booked for Tuesday.", BOOKED, (1, None, None, ())),
    ("en", "You have an appointment on Friday at nine.", BOOKED, (4, None, None, (540, 1260))),
    ("en", "Your haircut has been scheduled for Saturday at 9:15.", BOOKED, (5, None, None, (555, 1275))),
    ("en", "You're booked for Tuesday, if anything changes just call us.", BOOKED, (1, None, None, ())),
    ("en", "See you on Tuesday at three.", BOOKED, (1, None, None, (180, 900))),
    ("en", "You’re booked for Tuesday at quarter to four.", BOOKED, (1, None, None, (225, 945))),
    ("en", "I've gone ahead and booked you for Monday at 5 in the afternoon.", BOOKED, (0, None, None, (1020,))),
    ("en", "I've moved your appointment to Friday at ten.", MOVED, (4, None, None, (600, 1320))),
    ("en", "I've moved your appointment from Tuesday at three to Friday at four.", MOVED, (4, None, None, (240, 960))),
    ("en", "Your appointment has been rescheduled to Monday at 13:00.", MOVED, (0, None, None, (780,))),
    ("en", "Moved from Tuesday 24 November at 10:30 to Wednesday 25 November at 9:00.", MOVED, (2, 25, 11, (540, 1260))),
    ("en", "I rescheduled it.", MOVED, (None, None, None, ())),
    ("en", "I've cancelled your appointment.", CANCELLED, (None, None, None, ())),
    ("en", "I've canceled your appointment on Tuesday.", CANCELLED, (1, None, None, ())),
    ("en", "Your appointment for Tuesday at three is cancelled.", CANCELLED, (1, None, None, (180, 900))),
    ("en", "The appointment for Tuesday 24 November at 10:30 is cancelled.", CANCELLED, (1, 24, 11, (630, 1350))),
    ("he", "קבעתי לכם תור ליום שלישי בשלוש.", BOOKED, (1, None, None, (180, 900))),
    ("he", "התור נקבע ליום שלישי בשלוש.", BOOKED, (1, None, None, (180, 900))),
    ("he", "התור נקבע ליום שלישי, 24 בנובמבר, בשעה 10:30.", BOOKED, (1, 24, 11, (630, 1350))),
    ("he", "מעולה, קבעתי לכם תור לשבת בעשר וחצי.", BOOKED, (5, None, None, (630, 1350))),
    ("he", "קבענו ליום ראשון בעשר בבוקר.", BOOKED, (6, None, None, (600,))),
    ("he", "התור שלכם מאושר.", BOOKED, (None, None, None, ())),
    ("he", "התור שלכם ליום רביעי בשעה 9:15 נקבע.", BOOKED, (2, None, None, (555, 1275))),
    ("he", "רשמתי אתכם ליום חמישי בארבע אחר הצהריים.", BOOKED, (3, None, None, (960,))),
    ("he", "אתם רשומים ליום שני בתשע.", BOOKED, (0, None, None, (540, 1260))),
    ("he", "יש לכם תור ביום שישי באחת עשרה.", BOOKED, (4, None, None, (660, 1380))),
    ("he", "שריינתי לכם תור ב-24 בדצמבר.", BOOKED, (None, 24, 12, ())),
    ("he", "נקבע לכם תור למחר בשמונה וחצי.", BOOKED, (None, None, None, (510, 1230))),
    ("he", "קבעתי לכם תור ליום שלישי בשלוש, בסדר?", BOOKED, (1, None, None, (180, 900))),
    ("he", "התור קבוע ליום שלישי ברבע לארבע.", BOOKED, (1, None, None, (225, 945))),
    ("he", "נתראה ביום שלישי בשלוש.", BOOKED, (1, None, None, (180, 900))),
    ("he", "זהו, נקבע ליום שני בשעה שתים עשרה.", BOOKED, (0, None, None, (0, 720))),
    ("he", "העברתי את התור ליום שישי בעשר.", MOVED, (4, None, None, (600, 1320))),
    ("he", "התור הועבר מיום שלישי, 24 בנובמבר, בשעה 10:30 ליום רביעי, 25 בנובמבר, בשעה 9:00.", MOVED, (2, 25, 11, (540, 1260))),
    ("he", "התור שלכם נדחה ליום שני בשתיים.", MOVED, (0, None, None, (120, 840))),
    ("he", "ביטלתי את התור.", CANCELLED, (None, None, None, ())),
    ("he", "ביטלתי לכם את התור של יום שלישי.", CANCELLED, (1, None, None, ())),
    ("he", "התור שלכם בוטל.", CANCELLED, (None, None, None, ())),
    ("he", "התור שנקבע ליום שלישי, 24 בנובמבר, בשעה 10:30 בוטל.", CANCELLED, (1, 24, 11, (630, 1350))),
]  # fmt: skip

# Questions, offers, conditions, denials, and what else a receptionist says.
INNOCENT = [
    ("en", "Shall I book you for Tuesday at three?"),
    ("en", "Would you like me to book that?"),
    ("en", "Is your appointment booked for Tuesday?"),
    ("en", "Are you booked for Tuesday at three?"),
    ("en", "So, should I say you're booked for Tuesday at three?"),
    ("en", "Once you are booked you will get a text message."),
    ("en", "Once you're booked, you'll get a text message."),
    ("en", "If that works for you, you're booked for Tuesday."),
    ("en", "As soon as your appointment is confirmed, I'll tell you."),
    ("en", "Your appointment is confirmed once you say yes."),
    ("en", "Nothing is booked."),
    ("en", "Nothing is booked yet, so don't worry."),
    ("en", "You are not booked for Tuesday."),
    ("en", "You're not booked yet."),
    ("en", "Your appointment is not confirmed."),
    ("en", "Your appointment isn't cancelled."),
    ("en", "I haven't booked anything."),
    ("en", "I have not cancelled your appointment."),
    ("en", "I couldn't book you for Tuesday."),
    ("en", "I'll book you for Tuesday at three."),
    ("en", "I will get you booked in for Tuesday."),
    ("en", "Let me get you booked for Tuesday at three."),
    ("en", "I'm booking that for you now."),
    ("en", "I can book you for Tuesday at three or four."),
    ("en", "We are fully booked on Tuesday."),
    ("en", "We're booked up until Friday."),
    ("en", "That time is already booked, I'm afraid."),
    ("en", "That slot has just been taken."),
    ("en", "That time has just been booked by someone else."),
    ("en", "I need your name before you're booked."),
    ("en", "Before I book you, what is your name?"),
    ("en", "After your appointment is booked, we send a text message."),
    ("en", "These times are free: Tuesday 24 November at 10:00, 10:30 or 11:00."),
    ("en", "We are open Monday to Friday from nine to five."),
    ("en", "Let me check which times are free."),
    ("en", "Do you want me to cancel your appointment?"),
    ("en", "To cancel, please tell me your name."),
    ("en", "Appointments can be cancelled up to a day before."),
    ("en", "You can move your appointment by calling us."),
    ("en", "I can move it to Friday at ten."),
    ("en", "I have noted your message and will pass it on."),
    ("en", "You're all set, I'll pass that on."),
    ("en", "Got it, Dana, with a D."),
    ("en", "Tuesday at three, for Dana Levi, is that right?"),
    ("en", "That's Tuesday the 24th at three, for a haircut. Shall I book it?"),
    ("en", "You said you're booked for Tuesday."),
    ("en", "I see no appointment under your number."),
    ("en", "A check-up takes half an hour and costs eighty dollars."),
    ("en", "Let me make sure you are booked."),
    ("en", "What day would you like to be booked for?"),
    ("en", "Goodbye, and see you soon."),
    ("en", "It would be booked for Tuesday at three."),
    ("en", "Could I have your name to have you booked in?"),
    ("en", "The appointment can't be moved."),
    ("en", "The doctor has moved to a new address."),
    ("en", "Our opening hours have changed."),
    ("en", "I am sorry, something went wrong and it was not booked."),
    ("en", "Parking is behind the house."),
    ("en", "I'd like to confirm, Tuesday at three?"),
    ("en", "Do you have an appointment on Tues"),
    ("en", "Is it booked for Tues"),
    ("he", "לקבוע לכם תור ליום שלישי בשלוש?"),
    ("he", "תרצו שאקבע לכם תור?"),
    ("he", "האם התור נקבע ליום שלישי?"),
    ("he", "אחרי שהתור נקבע, תקבלו הודעה."),
    ("he", "ברגע שהתור ייקבע, תישלח הודעה."),
    ("he", "אם התור נקבע ליום שלישי, תקבלו הודעה."),
    ("he", "שום דבר לא נקבע."),
    ("he", "עדיין לא קבעתי לכם תור."),
    ("he", "לא ביטלתי את התור."),
    ("he", "התור עוד לא נקבע."),
    ("he", "התור שלכם לא בוטל."),
    ("he", "אקבע לכם תור ליום שלישי בשלוש."),
    ("he", "אפשר לקבוע ליום שלישי בשלוש או בארבע."),
    ("he", "ביום שלישי הכול תפוס."),
    ("he", "השעה הזאת נתפסה ממש עכשיו."),
    ("he", "השעות הפנויות: יום שלישי, 24 בנובמבר, בשעה 10:00, 10:30 או 11:00."),
    ("he", "אנחנו פתוחים מיום ראשון עד יום חמישי בין תשע לחמש."),
    ("he", "מה השם בבקשה?"),
    ("he", "רגע, אני בודקת אילו שעות פנויות."),
    ("he", "רוצים לבטל את התור?"),
    ("he", "להעביר את התור ליום שישי?"),
    ("he", "אפשר לבטל תור עד יום לפני."),
    ("he", "רשמתי את ההודעה ואעביר אותה."),
    ("he", "רשמתי, דנה לוי."),
    ("he", "אז יום שלישי בשלוש על שם דנה לוי, נכון?"),
    ("he", "כדי לקבוע תור צריך שם."),
    ("he", "לא מצאתי תור על המספר שלכם."),
    ("he", "בואו נקבע ליום שלישי בשלוש."),
    ("he", "תור נמשך חצי שעה ועולה מאה שקל."),
    ("he", "להתראות, ויום נעים."),
    ("he", "לאיזה יום תרצו את התור?"),
    ("he", "החניה מאחורי הבית."),
    ("he", "העברנו את המשרד לכתובת חדשה."),
    ("he", "יש לכם תור אצלנו?"),
]  # fmt: skip


# Written before the patterns had seen them: of these 3 in 82 (English) and 0 in 50 (Hebrew) were taken for
# statements at first, and 6 of 30 and 5 of 22 statements below were missed.
ALSO_INNOCENT = [
    ("en", "I'm looking at Tuesday now, one moment."),
    ("en", 'Tuesday is fully booked, but Wednesday is open.'),
    ("en", "The ten o'clock is taken, how about eleven?"),
    ("en", 'I can offer you Tuesday at ten or Wednesday at three.'),
    ("en", "We don't take bookings on Saturday."),
    ("en", "Your number is withheld, so I can't look at appointments."),
    ("en", "We need two hours' notice for a booking."),
    ("en", 'Please hold while I book that.'),
    ("en", 'Let me just book that in for you.'),
    ("en", "I'm going to book you for Tuesday at three, one moment please."),
    ("en", "I'll have that booked in a second."),
    ("en", "It'll be booked as soon as you confirm."),
    ("en", 'Just to confirm, you want Tuesday at three?'),
    ("en", "So that's a haircut on Tuesday at three under Dana Levi, correct?"),
    ("en", 'May I have your name for the booking?'),
    ("en", 'Which day were you booked for?'),
    ("en", 'Under which name is the appointment?'),
    ("en", 'I need the name the appointment was booked under.'),
    ("en", "The name it's booked under, please."),
    ("en", "That doesn't match what I have."),
    ("en", "I can't tell you whether somebody else has an appointment."),
    ("en", "Unfortunately I wasn't able to cancel your appointment."),
    ("en", 'I can cancel it for you if you like.'),
    ("en", "If you'd like to cancel, I'll need your name."),
    ("en", 'Would it help if I moved your appointment to Friday?'),
    ("en", 'We moved last year to Main Street.'),
    ("en", 'The price has changed since last year.'),
    ("en", 'Our hours changed for the holidays, we close at noon.'),
    ("en", "I understand you'd like to be booked for Tuesday."),
    ("en", "I understood that you've booked for Tuesday, let me check."),
    ("en", "You'd like your appointment moved to Friday, right?"),
    ("en", 'Okay, moving it to Friday at ten, one moment.'),
    ("en", 'The booking system is not available, nothing is confirmed.'),
    ("en", 'Nothing has been booked, and nothing has changed.'),
    ("en", 'Your message has been noted.'),
    ("en", "Thanks, I've noted your name and number."),
    ("en", "I've added your email address."),
    ("en", 'I have put that in a message for the owner.'),
    ("en", 'You can be booked in as early as tomorrow.'),
    ("en", 'You will be booked with our senior stylist.'),
    ("en", 'You would then be booked for Tuesday.'),
    ("en", "We're closed on Monday, but we're open Tuesday from nine."),
    ("en", 'The doctor is booked until Friday.'),
    ("en", 'He is booked all day on Tuesday.'),
    ("en", "I don't have you down for Tuesday."),
    ("en", "I don't see that you're booked for Tuesday."),
    ("en", 'It seems you are not booked.'),
    ("en", 'Your appointment could be moved to Friday.'),
    ("en", 'Has your appointment been cancelled?'),
    ("en", 'Was your appointment booked under another name?'),
    ("en", 'Can I get you scheduled for Tuesday at three?'),
    ("en", "Let's get you scheduled."),
    ("en", 'Happy to get you on the schedule.'),
    ("en", "I have three o'clock available on Tuesday."),
    ("en", 'I have you at the number ending in one hundred, is that right?'),
    ("en", 'I have your name as Dana Levi.'),
    ("en", 'I have you as Dana Levi, is that right?'),
    ("en", 'That works, and your name?'),
    ("en", 'How long is your appointment?'),
    ("en", 'You can see us on Tuesday at three or Wednesday at four.'),
    ("en", 'An appointment is thirty minutes.'),
    ("en", 'All appointments are confirmed by text message.'),
    ("en", 'A booking is confirmed only when you hear it from me.'),
    ("en", 'Cancelled appointments can be rebooked.'),
    ("en", "I'm sorry, I can't do that, but I can take a message."),
    ("en", "I'm putting you through to Maya."),
    ("en", 'Your call is being put through.'),
    ("en", 'The time you chose has just been booked by another caller.'),
    ("en", 'Three is booked, four is free.'),
    ("en", 'I have nothing booked for you.'),
    ("en", 'Before we get you booked, may I have your name?'),
    ("en", 'To have your appointment moved, I need your name.'),
    ("en", 'Do you have an appointment on Tuesday?'),
    ("en", 'Is it all set for Tuesday?'),
    ("en", 'I see. You want it cancelled.'),
    ("en", 'So you want your appointment cancelled?'),
    ("en", 'You want me to have it moved to Monday.'),
    ("en", "I was told you're booked on Tuesday, is that right?"),
    ("en", 'Someone has booked that time.'),
    ("en", "We've been booked solid this week."),
    ("en", "Sorry, I've just noticed that time is gone."),
    ("en", 'When was it booked for?'),
    ("he", 'רק רגע, אני קובעת לכם את התור.'),
    ("he", 'אני אקבע לכם ליום שלישי בשלוש, רגע אחד.'),
    ("he", 'ביום שלישי בעשר תפוס, מה עם אחת עשרה?'),
    ("he", 'יש לי פנוי ביום שלישי בשלוש.'),
    ("he", 'על איזה שם קבוע התור?'),
    ("he", 'על איזה שם נקבע התור?'),
    ("he", 'לאיזה יום נקבע התור שלכם?'),
    ("he", 'מתי קבעתם את התור?'),
    ("he", 'קבעתם אצלנו תור?'),
    ("he", 'אני צריכה את השם שעליו רשום התור.'),
    ("he", 'השם שעליו התור רשום, בבקשה.'),
    ("he", 'זה לא תואם את מה שרשום אצלי.'),
    ("he", 'לא הצלחתי לבטל את התור.'),
    ("he", 'התור לא הועבר.'),
    ("he", 'שום תור לא בוטל.'),
    ("he", 'אפשר להעביר את התור ליום שישי.'),
    ("he", 'אם תרצו, אבטל את התור.'),
    ("he", 'רוצים שאעביר את התור ליום שישי?'),
    ("he", 'התור הפנוי הקרוב הוא ביום שלישי בשלוש.'),
    ("he", 'התור הבא הפנוי הוא מחר בעשר.'),
    ("he", 'תור לטיפול נמשך שעה.'),
    ("he", 'אחרי שקבעתי לכם תור תקבלו הודעה.'),
    ("he", 'ברגע שהתור מאושר נשלחת הודעה.'),
    ("he", 'נעדכן אתכם כשהתור יאושר.'),
    ("he", 'המספר שלכם חסוי.'),
    ("he", 'העברנו את ההודעה לבעלים.'),
    ("he", 'השיחה עוברת אל מאיה.'),
    ("he", 'רשמתי את השם ואת המספר.'),
    ("he", 'רשמתי לפניי שאתם מעדיפים בוקר.'),
    ("he", 'ההודעה נרשמה.'),
    ("he", 'הזמן הזה כבר נתפס.'),
    ("he", 'מישהו אחר קבע את השעה הזאת.'),
    ("he", 'לא רואה שקבוע לכם תור.'),
    ("he", 'יש לכם תור קבוע אצלנו?'),
    ("he", 'כדאי לקבוע תור מראש.'),
    ("he", 'צריך לקבוע שעתיים מראש.'),
    ("he", 'ביטול תור אפשרי עד יום לפני.'),
    ("he", 'מה שקבענו בטלפון לא נשמר.'),
    ("he", 'שינינו את שעות הפתיחה.'),
    ("he", 'המחיר שונה בשבת.'),
    ("he", 'מתי נוח לכם?'),
    ("he", 'אז לקבוע?'),
    ("he", 'אפשר את השם המלא?'),
    ("he", 'בסדר, יום שלישי בשלוש, על איזה שם?'),
    ("he", 'אם התור מתאים לכם, אקבע אותו.'),
    ("he", 'אני בודקת אם התור בוטל.'),
    ("he", 'התור ייקבע רק אחרי אישור שלכם.'),
    ("he", 'כן, אנחנו פתוחים ביום שישי.'),
    ("he", 'נשמח לראות אתכם.'),
    ("he", 'תודה, ולהתראות.'),
    # A second lot, nearer to statements: at first 6 in 66 and 1 in 30 were taken for some.
    ("en", 'Certainly, let me see what we have.'),
    ("en", "So, Dana, that's a check-up, and which day suits you?"),
    ("en", 'Tuesday the 24th at 10:30 is free, would you like that?'),
    ("en", 'I have 10:30 or 11 on Tuesday.'),
    ("en", 'Would Tuesday at 10:30 be okay?'),
    ("en", "Okay, I'll put you down for 10:30 then, one moment."),
    ("en", "I'm just writing that down for you."),
    ("en", "I'm adding you to the calendar."),
    ("en", 'Shall I confirm the appointment?'),
    ("en", 'Do you want the confirmation by text message?'),
    ("en", "Would you like a text message once it's booked?"),
    ("en", "I'll send a text message after the call."),
    ("en", 'A text message will follow after the call.'),
    ("en", "The doctor isn't in on Fridays."),
    ("en", "I'd be happy to book that, may I have your name?"),
    ("en", 'You want to cancel the appointment on Tuesday at 10:30, right?'),
    ("en", 'I just need to check which appointment you mean.'),
    ("en", 'Is the appointment under your name?'),
    ("en", 'I see an appointment on Tuesday at 10:30, do you want to move that one?'),
    ("en", 'We had a cancellation this morning.'),
    ("en", 'Our cancellation policy is twenty-four hours.'),
    ("en", 'Let me take a message, and someone will call you about your booking.'),
    ("en", 'Someone will confirm your appointment tomorrow.'),
    ("en", 'The owner will call you to get it confirmed.'),
    ("en", "I can't confirm that it's booked."),
    ("en", "Sorry, the system says it's not booked."),
    ("en", "That was not booked, I'm sorry."),
    ("en", "I'm afraid it didn't go through, so you're not booked in."),
    ("en", "You don't need to be booked to come by."),
    ("en", 'If you were booked last week, please tell me the date.'),
    ("en", 'Walk-ins are welcome, no appointment needed.'),
    ("en", 'Our Saturday is booked solid.'),
    ("en", 'Everything is booked this week.'),
    ("en", "Everything's booked until Thursday, I'm afraid."),
    ("en", "It's all booked on Tuesday."),
    ("en", 'Both times are booked.'),
    ("en", "That's taken, I'm sorry."),
    ("en", 'Your name, please, so I can have it booked.'),
    ("en", 'May I ask what the appointment is for?'),
    ("en", 'The appointment takes thirty minutes and costs eighty dollars.'),
    ("en", 'What time works for you?'),
    ("en", 'I could move you to Wednesday.'),
    ("en", 'Please call us if your appointment has to be cancelled.'),
    ("en", 'You can cancel until the day before.'),
    ("en", "You're welcome, have a nice day."),
    ("en", "You're calling about Tuesday, is that right?"),
    ("en", "You're early, we open at nine."),
    ("en", "You're down to two options, ten or eleven."),
    ("en", "You're in luck, Tuesday is free."),
    ("en", "You're good to go, bye."),
    ("en", 'Your appointment at what time?'),
    ("en", "We've set aside parking behind the house."),
    ("en", "I've made a note of that."),
    ("en", 'I have made a note that you prefer mornings.'),
    ("en", 'I have changed your name to Levy with a y.'),
    ("en", "I've removed the old number."),
    ("en", "I've changed that in our records."),
    ("en", "I've added that note."),
    ("en", 'I have that down as L E V I.'),
    ("en", 'I have you down as Dana, is that right?'),
    ("en", 'I got that, thank you.'),
    ("en", "I've got Tuesday at ten or eleven for you."),
    ("en", "I've got you, Dana."),
    ("en", "I've got an opening on Tuesday at three."),
    ("en", 'I have reserved nothing yet.'),
    ("en", 'I have confirmed nothing yet.'),
    ("he", 'בטח, רק רגע ואני בודקת.'),
    ("he", 'אז יש לי פנוי ביום שלישי בעשר וחצי, זה טוב?'),
    ("he", 'אני רושמת אתכם, רגע אחד.'),
    ("he", 'נרשום אתכם ליום שלישי?'),
    ("he", 'לרשום אתכם ליום שלישי בעשר?'),
    ("he", 'תרצו הודעת טקסט אחרי שהתור נקבע?'),
    ("he", 'אשלח הודעה אחרי השיחה.'),
    ("he", 'מי שקבע את התור צריך להתקשר.'),
    ("he", 'אני רואה תור ביום שלישי בעשר, להעביר אותו?'),
    ("he", 'ביטול הוא עד עשרים וארבע שעות לפני.'),
    ("he", 'התור נקבע רק אחרי אישור.'),
    ("he", 'לא, התור הזה לא קבוע.'),
    ("he", 'נשמח לקבוע לכם תור.'),
    ("he", 'הבעלים יחזור אליכם לאשר את התור.'),
    ("he", 'התור שלכם לא נמצא.'),
    ("he", 'באיזה יום התור שלכם?'),
    ("he", 'התור שלכם ביום שלישי?'),
    ("he", 'יש לכם תור ביום שלישי?'),
    ("he", 'שמרתי את המספר.'),
    ("he", 'רשמתי שאתם מעדיפים ביום שלישי.'),
    ("he", 'רשמתי את השם דנה.'),
    ("he", 'שיניתי את השם.'),
    ("he", 'העברתי את ההודעה.'),
    ("he", 'הכול תפוס עד יום חמישי.'),
    ("he", 'הטיפול נמשך שעה, ואפשר לקבוע ביום שני.'),
    ("he", 'נפגש בקרוב.'),
    ("he", 'להתראות ביום שלישי.'),
    ("he", 'אין צורך בתור.'),
    ("he", 'קבענו מחירים חדשים.'),
    ("he", 'הזמנתי טכנאי.'),
]  # fmt: skip
ALSO_STATED = [
    ("en", "Alright, you're booked in for Tuesday the 24th at 10:30 AM.", BOOKED),
    ("en", "Okay Dana, I've got you booked for Tuesday at 3.", BOOKED),
    ("en", "Done! You're on the schedule for Tuesday at three.", BOOKED),
    ("en", 'Your booking is confirmed for Monday at nine.', BOOKED),
    ("en", "I've confirmed your appointment for Monday at nine.", BOOKED),
    ("en", "That's confirmed for Monday at nine.", BOOKED),
    ("en", 'Great news, your appointment is set for Friday at one.', BOOKED),
    ("en", 'Your appointment is now on Friday at one.', BOOKED),
    ("en", "You're down for Friday at one.", BOOKED),
    ("en", 'Thank you, your appointment on Tuesday, November 24th at 10:30 is confirmed.', BOOKED),
    ("en", "We've got you scheduled for Tuesday.", BOOKED),
    ("en", "You've been scheduled for Tuesday at three.", BOOKED),
    ("en", 'I went ahead and booked Tuesday at three for you.', BOOKED),
    ("en", 'I have successfully booked your appointment.', BOOKED),
    ("en", 'Your appointment is booked: Tuesday at three.', BOOKED),
    ("en", 'You are now booked with us for Tuesday at three.', BOOKED),
    ("en", "We've booked your haircut.", BOOKED),
    ("en", 'I was able to book you for Tuesday at three.', BOOKED),
    ("en", 'I managed to get you in on Tuesday at three.', BOOKED),
    ("en", "I've canceled it.", CANCELLED),
    ("en", "It's cancelled.", CANCELLED),
    ("en", "Okay, that's cancelled for you.", CANCELLED),
    ("en", 'Your Tuesday appointment has been cancelled.', CANCELLED),
    ("en", "I've cancelled Tuesday's appointment.", CANCELLED),
    ("en", "I've changed your appointment to Friday at two.", MOVED),
    ("en", 'Your appointment has been moved to Friday.', MOVED),
    ("en", "All done, it's been moved to Friday.", MOVED),
    ("en", "You've been moved to Friday at two.", MOVED),
    ("en", "We'll see you on Tuesday at three.", BOOKED),
    ("en", 'We look forward to seeing you on Tuesday at three.', BOOKED),
    ("he", 'קבעתי לך תור למחר בעשר.', BOOKED),
    ("he", 'אז קבענו ליום שלישי בשלוש.', BOOKED),
    ("he", 'מצוין, התור שלך נקבע ל-24 בנובמבר בשעה 10:30.', BOOKED),
    ("he", 'סיימתי, התור שלכם קבוע ליום שני בתשע.', BOOKED),
    ("he", 'התור אושר ליום שני בתשע.', BOOKED),
    ("he", 'אישרתי לכם את התור ליום שני בתשע.', BOOKED),
    ("he", 'הכנסתי אתכם ליומן ליום שני בתשע.', BOOKED),
    ("he", 'שיבצתי אתכם ליום שני בתשע.', BOOKED),
    ("he", 'אתם קבועים ליום שני בתשע.', BOOKED),
    ("he", 'הזמנתי לכם תור ליום שני בתשע.', BOOKED),
    ("he", 'התור נשמר לכם ליום שני בתשע.', BOOKED),
    ("he", 'התור שלכם הוא ביום שני בתשע.', BOOKED),
    ("he", 'יש לכם תור מחר בתשע.', BOOKED),
    ("he", 'התור שלך מחכה לך ביום שני בתשע.', BOOKED),
    ("he", 'התור בוטל.', CANCELLED),
    ("he", 'ביטלנו לכם את התור.', CANCELLED),
    ("he", 'הפגישה בוטלה.', CANCELLED),
    ("he", 'התור הוקדם ליום שני.', MOVED),
    ("he", 'הקדמתי לכם את התור ליום שני בתשע.', MOVED),
    ("he", 'שיניתי את התור ליום שני בתשע.', MOVED),
    ("he", 'התור עבר ליום שני בתשע.', MOVED),
    ("he", 'הכול מסודר, קבעתי ליום שני בתשע.', BOOKED),
]  # fmt: skip


@pytest.mark.parametrize(("language", "sentence", "kind", "named"), STATED)
def test_a_statement_is_found_with_the_day_and_time_it_names(language, sentence, kind, named):
    weekday, day, month, minutes = named
    assert claims(sentence, language, TODAY) == (
        Claim(
            kind=kind,
            said=sentence.replace("p.m.", "pm."),
            weekday=weekday,
            day=day,
            month=month,
            date=TOMORROW if "tomorrow" in sentence or "מחר" in sentence else None,
            minutes=minutes,
        ),
    )


@pytest.mark.parametrize(("language", "sentence"), INNOCENT + ALSO_INNOCENT)
def test_what_states_nothing_is_no_claim(language, sentence):
    assert claims(sentence, language, TODAY) == ()


@pytest.mark.parametrize(("language", "sentence", "kind"), ALSO_STATED)
def test_a_statement_is_found_by_its_kind(language, sentence, kind):
    assert [claim.kind for claim in claims(sentence, language, TODAY)] == [kind]


def test_several_sentences_are_looked_through_one_by_one():
    text = (
        "One moment. You're booked for Tuesday at 3 p.m. Is there anything else?\n"
        "Oh, and I've cancelled your appointment on Monday!"
    )
    assert [(claim.kind, claim.weekday, claim.minutes) for claim in claims(text, "en", TODAY)] == [
        (BOOKED, 1, (900,)),
        (CANCELLED, 0, ()),
    ]


def test_a_sentence_can_state_two_things():
    text = "I've cancelled your appointment on Tuesday and I've booked you for Friday at two."
    assert [claim.kind for claim in claims(text, "en", TODAY)] == [BOOKED, CANCELLED]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You're booked for Tuesday at nine and Wednesday at ten."),
        ("en", "I've booked you in on Tuesday at nine, and also on Wednesday at ten."),
        ("he", "קבעתי לכם תור ליום שלישי בתשע וליום רביעי בעשר."),
    ],
)
def test_two_appointments_in_a_sentence_are_two_statements(language, sentence):
    tuesday, wednesday = (wall(24, 9), "booked"), (wall(25, 10), "booked")
    first, second = made = claims(sentence, language, TODAY)
    assert [
        unmatched(made, rows)
        for rows in ([tuesday, wednesday], [tuesday], [wednesday], [(wall(24, 10), "booked")])
    ] == [(), (second,), (first,), made]


def test_another_appointment_beside_it_is_no_part_of_the_statement():
    sentence = "You are booked for Sunday at nine, and your other appointment on Friday at ten stays."
    assert unmatched(claims(sentence, "en", TODAY), [(wall(22, 9), "booked")]) == ()


@pytest.mark.parametrize(
    ("sentence", "day", "borne_out"),
    [
        ("You're booked for tomorrow at nine.", 22, True),
        ("You're booked for tomorrow at nine.", 24, False),
        ("You're booked for today at nine.", 21, True),
        ("You're booked for today at nine.", 22, False),
        ("I've moved your appointment to tomorrow.", 24, False),
        ("You're booked for Tuesday at nine, and we will text you tomorrow.", 24, True),
        ("You're booked for nine, I'll ring you tomorrow.", 24, True),
        ("Your appointment was booked today.", 24, True),
        ("I've booked you in today.", 24, True),
    ],
)
def test_tomorrow_is_the_day_after_the_call(sentence, day, borne_out):
    made = claims(sentence, "en", TODAY)
    assert (unmatched(made, [(wall(day, 9), "booked")]) == ()) is borne_out


def test_in_other_languages_nothing_is_found():
    assert claims("You're booked for Tuesday.", "fr", TODAY) == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("booked", BOOKED),
        ("moved", MOVED),
        ("cancelled", CANCELLED),
        ("your_appointments", BOOKED),
    ],
)
def test_what_the_tools_say_is_found_in_english(name, kind):
    tuesday, friday = (spoken.when("en", at, TODAY) for at in (wall(24, 10, 30), wall(27, 9)))
    said = spoken.say("en", name, when=tuesday, old=friday, new=tuesday, times=tuesday, service="check-up")
    assert [(claim.kind, claim.day, claim.minutes) for claim in claims(said, "en", TODAY)] == [
        (kind, 24, (630, 1350))
    ]


@pytest.mark.parametrize(("name", "kind"), [("booked", BOOKED), ("moved", MOVED), ("cancelled", CANCELLED)])
def test_what_the_tools_say_is_found_in_hebrew(name, kind):
    tuesday, friday = (spoken.when("he", at, TODAY) for at in (wall(24, 10, 30), wall(27, 9)))
    said = spoken.say("he", name, when=tuesday, old=friday, new=tuesday)
    assert [(claim.kind, claim.day, claim.minutes) for claim in claims(said, "he", TODAY)] == [
        (kind, 24, (630, 1350))
    ]


STATING = {
    "booked", "already_booked", "your_appointments", "moved", "moved_nowhere", "cancelled",
    "before_booked", "sms_booked", "sms_moved", "owner_booked", "owner_booked_for", "owner_moved", "owner_cancelled",
}  # fmt: skip


@pytest.mark.parametrize("catalog", [ENGLISH, HEBREW], ids=["en", "he"])
def test_no_other_sentence_of_the_tools_is_a_statement(catalog):
    language = "he" if catalog is HEBREW else "en"
    found = {name for name, sentence in catalog.sentences.items() if claims(sentence, language, TODAY)}
    assert found <= STATING


@given(st.text(alphabet="abdekoruy' ,.:?3בדהולמנעקרשת", max_size=400), st.sampled_from(["en", "he"]))
def test_no_text_is_too_strange(text, language):
    for claim in claims(text, language, TODAY):
        assert claim.said in text


TUESDAY_AT_THREE = wall(24, 15)


@pytest.mark.parametrize(
    ("sentence", "rows", "borne_out"),
    [
        ("You're booked for Tuesday at three.", [(TUESDAY_AT_THREE, "booked")], True),
        ("You're booked for Tuesday at three.", [], False),
        ("You're booked for Tuesday at three.", [(TUESDAY_AT_THREE, "cancelled")], False),
        ("You're booked for Tuesday at 3 a.m.", [(TUESDAY_AT_THREE, "booked")], False),
        ("You're booked for Tuesday at four.", [(TUESDAY_AT_THREE, "booked")], False),
        ("You're booked for Wednesday at three.", [(TUESDAY_AT_THREE, "booked")], False),
        ("You're booked for the 24th.", [(TUESDAY_AT_THREE, "booked")], True),
        ("You're booked for the 25th.", [(TUESDAY_AT_THREE, "booked")], False),
        ("You're booked for the 24th of December.", [(TUESDAY_AT_THREE, "booked")], False),
        ("Your appointment is confirmed.", [(TUESDAY_AT_THREE, "booked")], True),
        ("Your appointment is confirmed.", [], False),
        ("I've moved your appointment to Tuesday at three.", [(TUESDAY_AT_THREE, "booked")], True),
        (
            "I've moved your appointment from Monday to Tuesday at four.",
            [(TUESDAY_AT_THREE, "booked")],
            False,
        ),
        ("I've cancelled your appointment.", [(TUESDAY_AT_THREE, "cancelled")], True),
        ("I've cancelled your appointment.", [(TUESDAY_AT_THREE, "booked")], False),
        ("You're booked.", [(wall(1, 9), "cancelled"), (TUESDAY_AT_THREE, "booked")], True),
    ],
)
def test_a_statement_needs_an_appointment_that_bears_it_out(sentence, rows, borne_out):
    made = claims(sentence, "en", TODAY)
    assert len(made) == 1
    assert unmatched(made, rows) == (() if borne_out else made)


def true_sentences():
    """Language, sentence, and the appointment that it is true of."""
    path = Path(__file__).parent / "words" / "true.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(language, said, (dt.datetime.fromisoformat(at), status)) for language, said, at, status in rows]


@pytest.mark.parametrize(("language", "sentence", "row"), true_sentences())
def test_a_true_statement_is_never_held_against_its_appointment(language, sentence, row):
    made = claims(sentence, language, TODAY)
    assert (len(made), unmatched(made, [row])) == (1, ())


@pytest.mark.parametrize(("language", "sentence", "row"), true_sentences())
def test_though_what_was_not_done_at_all_is_whatever_the_words_for_its_time(language, sentence, row):
    made = claims(sentence, language, TODAY)
    _, status = row
    other = "booked" if status == "cancelled" else "cancelled"
    assert unmatched(made, [(row[0], other)]) == made


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "You're booked for Tuesday at nine-thirty."),
        ("en", "You're booked for Tuesday at ten to four."),
        ("en", "You're booked for Tuesday at quarter of four."),
        ("en", "You're booked for next Wednesday at three."),
        ("en", "You're booked for this Wednesday, at three, for a thirty-minute check-up."),
        ("en", "You're booked for the twenty-fifth of November at three."),
        ("en", "You're now booked for two haircuts on Wednesday."),
        ("en", "You're booked for Wednesday at three, and we are looking forward to it."),
        ("en", "You're booked for Tuesday at four; doors open at three."),
        ("en", "You're booked for Tuesday at nine, please come ten minutes early."),
        ("he", "קבעתי לכם תור ליום שלישי בתשע, כדאי להגיע עשר דקות לפני."),
        ("en", "Just a second. You're booked for Friday at three in the afternoon."),
        ("en", "I've moved your appointment from nine-thirty to ten-fifteen on Tuesday."),
        ("he", "קבעתי לכם תור ליום שלישי בעשר פחות רבע."),
        ("he", "קבעתי לכם תור ליום שלישי בתשע שלושים."),
        ("he", "קבעתי לכם תור ליום רביעי הקרוב בשלוש."),
        ("he", "קבעתי לכם תור לשני ילדים ביום רביעי בשלוש."),
        ("he", "התור נקבע ליום שלישי ברבע לארבע."),
    ],
)
def test_a_false_statement_that_is_read_whole_is_held_against_it(language, sentence):
    made = claims(sentence, language, TODAY)
    assert (len(made), unmatched(made, [(TUESDAY_AT_THREE, "booked")])) == (1, made)
