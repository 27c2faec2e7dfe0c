import pytest

from office import numbers


def test_a_callers_number_is_kept():
    assert numbers.caller_number("+14155550199") == "+14155550199"


@pytest.mark.parametrize(
    "shown",
    [
        "+266696687",
        "+7378742833",
        "+86282452253",
        "+2562533",
        "+8656696",
        "anonymous",
        "Restricted",
        "",
        "client:alice",
        "sip:alice@example.com",
        " 14155550199",  # a plus that was decoded twice
        "+1415555019\n",
        "+٤١٤٥٥٥٥٠١",  # digits, but not the carrier's
    ],
)
def test_a_withheld_caller_has_no_number(shown):
    assert numbers.caller_number(shown) is None


def test_a_businesss_number_is_written_as_the_carrier_writes_it():
    assert numbers.business_number("+1 (415) 555-0100") == "+14155550100"


@pytest.mark.parametrize("text", ["0541234567", "+", "", "+1", "+1415555010012345678", "reception"])
def test_what_nobody_could_call_is_refused_with_the_right_form(text):
    with pytest.raises(ValueError, match=r"write it as \+14155550100"):
        numbers.business_number(text)


def test_a_number_in_a_log_shows_two_digits():
    assert [numbers.masked(number) for number in ("+14155550199", "")] == ["…99", "(none)"]


@pytest.mark.parametrize(
    ("number", "business", "may_be"),
    [
        ("+14155550177", "+14155550100", True),
        ("+18005551212", "+14155550100", True),  # free of charge
        ("+972545550177", "+97235550100", True),
        ("+19005551234", "+14155550100", False),  # premium
        ("+18765550177", "+14155550100", False),  # the same country code, but Jamaica
        ("+14165550177", "+14155550100", False),  # Canada
        ("+442079460958", "+14155550100", False),
        ("+14155550177", "+97235550100", False),
        ("+448712345678", "+442079460958", False),  # shared cost
        ("+447012345678", "+442079460958", False),  # a personal number, dear to call
        ("+14155550100", "+14155550100", False),  # the business itself: that would ring here
        ("+911", "+14155550100", False),
        ("+1415555", "+14155550100", False),
        ("911", "+14155550100", False),
        ("", "+14155550100", False),
        ("+14155550177", "", False),
    ],
)
def test_only_an_ordinary_number_of_the_businesss_country_may_be_dialled(number, business, may_be):
    assert numbers.dialable(number, business) is may_be


@pytest.mark.parametrize(
    ("text", "business", "number"),
    [
        ("054-555-0177", "+97235550100", "+972545550177"),
        ("(415) 555-0177", "+14155550100", "+14155550177"),
        ("415 555 0177 ext. 5", "+14155550100", "+14155550177"),
        ("+44 20 7946 0958", "+14155550100", "+442079460958"),
        ("٠٥٤٥٥٥٠١٧٧", "+97235550100", "+972545550177"),
        ("555-0177", "+14155550100", None),  # without its area
        ("054-555", "+97235550100", None),
        ("1 900 555 1234", "+14155550100", None),  # dear to call back
        ("+266696687", "+14155550100", None),  # ANONYMOUS
        ("four one five", "+14155550100", None),
        ("", "+14155550100", None),
        ("9" * 300, "+14155550100", None),
        ("054-555-0177", "", None),
    ],
)
def test_a_said_number_is_one_of_the_businesss_country_unless_it_says_another(text, business, number):
    assert numbers.said_number(text, business) == number


@pytest.mark.parametrize(
    ("text", "business"),
    [
        *((made_up, "+14155550100") for made_up in ("0000000000", "1234567890", "5555555555", "9999999999")),
        *((made_up, "+97235550100") for made_up in ("0000000000", "1234567890", "5555555555", "9876543210")),
        ("+15550000000", "+97235550100"),
        ("415-155-2671", "+14155550100"),  # no exchange begins so
        ("oh five four 123 4567", "+97235550100"),
        ("1-800-FLOWERS", "+14155550100"),
        ("415 555 2671 or 415 555 2672", "+14155550100"),
        ("my number is 054 555 0177", "+97235550100"),
        ("*21*0545550177#", "+97235550100"),
    ],
)
def test_what_rings_nowhere_or_is_half_words_is_asked_again(text, business):
    assert numbers.said_number(text, business) is None


@pytest.mark.parametrize(
    ("text", "business", "number"),
    [
        ("054-123-4567", "+97235550100", "+972541234567"),  # a range that the library has not heard of
        ("01234 567890", "+442079460958", "+441234567890"),  # Bedford
        ("+44 7700 900123", "+14155550100", "+447700900123"),  # kept for stories
        ("\u202a+1 (415) 555\u20110177\u202c", "+97235550100", "+14155550177"),
        ("\uff0b1 415\u00a0555\u30000177", "+97235550100", "+14155550177"),
        ("\uff10\uff15\uff14\uff155\u200b50177", "+97235550100", "+972545550177"),
        ("tel:+14155550177", "+97235550100", "+14155550177"),
    ],
)
def test_a_true_number_is_one_however_it_is_written(text, business, number):
    assert numbers.said_number(text, business) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "415-555-2671 ext 12",
            "415-555-2671 x12",
            "(415) 555-2671 (ext. 12)",
            "415.555.2671, extension: 12",
        ),
        *(
            "+1 415 555 2671 שלוחה 12",
            "415 555 2671#12",
            "tel:+14155552671;ext=12",
            "415 555 2671 Ext.\u0661\u0662",
        ),
    ],
)
def test_an_extension_is_kept_with_the_number_to_ring_back(text):
    business = "+14155550100"
    assert numbers.callback_number(text, business) == "+14155552671;ext=12"
    assert numbers.said_number(text, business) == numbers.typed_number(text, business) == "+14155552671"


def test_a_number_without_an_extension_is_rung_back_as_it_is_and_one_that_is_none_is_not():
    asked = ("415-555-2671", "12", "ext 12", "0000000000 ext 12", "")
    assert [numbers.callback_number(text, "+14155550100") for text in asked] == ["+14155552671", *[None] * 4]


def test_what_an_owner_types_may_be_what_a_robot_showed():
    assert numbers.typed_number("+10000000000", "+14155550100") == "+10000000000"


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("+972545550177", None),
        ("+97235550100", "is the business's own, which this server answers: give a mobile's"),
        ("+97235550199", "takes no text messages: give a mobile's"),
        ("+97", "is no telephone number: give it as +14155550100"),
        ("+97254555017", "is no telephone number: give it as +14155550100"),
    ],
)
def test_what_keeps_an_owner_from_being_told_is_named(number, problem):
    assert numbers.text_problem(number, "+97235550100") == problem


def test_an_american_owner_may_have_any_number():
    assert numbers.text_problem("+14155550177", "+14155550100") is None


def test_every_number_in_a_text_is_cut_to_two_digits():
    said = "'+14155550199' or 415-555-0177 is wrong, see 21211 at 12:30."

    assert numbers.without_numbers(said) == "'…99' or …77 is wrong, see 21211 at 12:30."
