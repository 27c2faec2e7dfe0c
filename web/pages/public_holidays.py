"""Public holidays of a business's country, as suggestions: the owner decides which of them it keeps."""

import datetime as dt
import itertools

import holidays
import phonenumbers

from storage.records import Business

_ENGLISH = "en_US"


def coming(business: Business, today: dt.date, *, most: int) -> tuple[tuple[dt.date, str], ...]:
    """Return the next holidays after today with their names, in the business's language where it has them.

    The country is that of its telephone number; one whose holidays are not known has none.
    """
    country = phonenumbers.region_code_for_number(phonenumbers.parse(business.number))
    years = (today.year, today.year + 1)
    try:
        known = holidays.country_holidays(country or "", years=years)
        supported = known.supported_languages or ()
        named = next((name for name in supported if name.split("_")[0] == business.language), _ENGLISH)
        if named in supported:
            known = holidays.country_holidays(country or "", years=years, language=named)
    except NotImplementedError:
        return ()
    return tuple(itertools.islice(((day, name) for day, name in sorted(known.items()) if day > today), most))
