"""What a new business may begin with: services by trade, and what its callers are likely to ask.

Both stand in the receptionist's languages, because they are said to callers; where it speaks another one
they are English, and the owner's to translate.
"""

from collections.abc import Mapping

from attrs import frozen

from web.pages.words import mark


@frozen
class Sample:
    """One service with the length that it usually has."""

    english: str
    hebrew: str
    duration_min: int
    buffer_after_min: int = 0

    def name(self, language: str) -> str:
        """Return the name as callers hear it."""
        return self.hebrew if language == "he" else self.english


@frozen
class Trade:
    """One kind of business, and what can be booked there."""

    title: str  # a message of the pages
    services: tuple[Sample, ...]


TRADES: Mapping[str, Trade] = {
    "dentist": Trade(
        mark("Dentist"),
        (
            Sample("Check-up", "בדיקה תקופתית", 30),
            Sample("Cleaning", "ניקוי שיניים", 45),
            Sample("Filling", "סתימה", 45, 15),
            Sample("Emergency", "טיפול דחוף", 30),
        ),
    ),
    "hairdresser": Trade(
        mark("Hairdresser"),
        (
            Sample("Women's haircut", "תספורת נשים", 45),
            Sample("Men's haircut", "תספורת גברים", 30),
            Sample("Children's haircut", "תספורת ילדים", 30),
            Sample("Colour", "צבע", 90),
            Sample("Blow-dry", "פן", 30),
        ),
    ),
    "garage": Trade(
        mark("Garage"),
        (
            Sample("Service", "טיפול תקופתי", 60, 15),
            Sample("Tyre change", "החלפת צמיגים", 45),
            Sample("Brakes", "בלמים", 90, 15),
            Sample("Inspection before the annual test", "בדיקת רכב לפני רישוי", 30),
        ),
    ),
    "lawyer": Trade(
        mark("Lawyer"),
        (
            Sample("First consultation", "פגישת ייעוץ ראשונה", 45, 15),
            Sample("Meeting", "פגישה", 60),
            Sample("Telephone consultation", "ייעוץ טלפוני", 20),
            Sample("Signing of documents", "חתימה על מסמכים", 30),
        ),
    ),
    "physiotherapist": Trade(
        mark("Physiotherapist"),
        (
            Sample("First examination", "אבחון ראשון", 60),
            Sample("Treatment", "טיפול", 45),
            Sample("Short treatment", "טיפול קצר", 30),
        ),
    ),
    "restaurant": Trade(
        mark("Restaurant"),
        (
            Sample("Table for two", "שולחן לשניים", 90, 15),
            Sample("Table for up to four", "שולחן לארבעה", 120, 15),
            Sample("Table for a larger party", "שולחן לקבוצה", 150, 15),
        ),
    ),
}

_TOPICS = {
    "en": ("Address", "Parking", "Ways to pay", "Cancelling", "First visit", "Access with a wheelchair"),
    "he": ("כתובת", "חניה", "אמצעי תשלום", "ביטול תור", "ביקור ראשון", "גישה לכיסא גלגלים"),
}


def topics(language: str) -> tuple[str, ...]:
    """Return what callers of nearly every business ask about."""
    return _TOPICS.get(language, _TOPICS["en"])
