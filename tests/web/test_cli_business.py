"""`frontdesk business`, and how BUSINESS is named."""

import pytest

from tests.office.support import NUMBER
from tests.web.command_line import add, error, frontdesk

OTHER = "+14155550101"
OWNER = "+14155550177"


@pytest.fixture
def database(tmp_path):
    return tmp_path / "frontdesk.db"


@pytest.fixture
def salon(database):
    """Runs a command with the file of one business."""
    assert add(database)[0] == 0
    return lambda *arguments, **environment: frontdesk(*arguments, "--database", database, **environment)


def test_all_that_is_set_can_be_shown(salon):
    changes = {
        "--name": "Salon Two",
        "--timezone": "Asia/Jerusalem",
        "--language": "he",
        "--trade": "a hair salon",
        "--greeting": "Salon Two, good morning.",
        "--notice": "This call is recorded.",
        "--rules": "Be kind.\nSay please.",
        "--owner-phone": "+1 415 555 0177",
        "--grid": "15",
        "--min-notice": "60",
        "--days-ahead": "90",
    }
    options = [word for option in changes.items() for word in option]
    settings = ("--setting", "silence_ms=9000", "--setting", "barge_in_min_ms=300")
    set_to = salon("business", "set", "Salon", *options, *settings, "--keep-audio")
    salon("facts", "1", "--set", "Parking", "behind the house")
    salon("people", "1", "--add", "Dana", "+1 415 555 0144")

    assert set_to[0] == 0
    code, output = salon("business", "show", NUMBER)
    assert (code, output.splitlines()) == (
        0,
        [
            "Salon Two (1)",
            "number       +14155550100",
            "timezone     Asia/Jerusalem",
            "language     he",
            "trade        a hair salon",
            "greeting     Salon Two, good morning.",
            "notice       This call is recorded.",
            "owner-phone  +14155550177",
            "grid         15 minutes",
            "min-notice   60 minutes",
            "days-ahead   90",
            "keep-audio   yes",
            "hours",
            "  Monday     9:00-17:00",
            "  Tuesday    9:00-17:00",
            "  Wednesday  9:00-17:00",
            "  Thursday   9:00-17:00",
            "  Friday     9:00-17:00",
            "  Saturday   closed",
            "  Sunday     closed",
            "services",
            "  -",
            "facts",
            "  Parking: behind the house",
            "people",
            "  Dana  +14155550144",
            "rules",
            "  Be kind.",
            "  Say please.",
            "settings",
            "  barge_in_min_ms=300",
            "  silence_ms=9000",
        ],
    )


def test_what_is_not_named_stays(salon):
    salon("business", "set", "Salon", "--trade", "a hair salon", "--owner-phone", OWNER, "--keep-audio")

    shown = salon("business", "set", "Salon", "--grid", "60", "--owner-phone", "", "--no-keep-audio")[1]
    assert shown.splitlines()[4:12] == [
        "trade        a hair salon",
        "greeting     (the usual)",
        "notice       (the standard one) You are speaking with an automated assistant.",
        "owner-phone  - (nobody is told of what callers leave)",
        "grid         60 minutes",
        "min-notice   120 minutes",
        "days-ahead   60",
        "keep-audio   no",
    ]


def test_a_business_may_be_added_with_its_owners_number(database):
    assert add(database, NUMBER, "Europe/Berlin", "--owner-phone", "+1 415 555 0177")[0] == 0

    assert f"owner-phone  {OWNER}\n" in frontdesk("business", "show", "Salon", "--database", database)[1]


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--timezone", "Berlin", (1, "timezone: 'Berlin' is not a zone name such as Europe/Berlin")),
        (
            "--language",
            "english",
            (1, "language: is not a language code of two or three letters, such as en or he"),
        ),
        ("--name", " ", (1, "name: is empty")),
        ("--grid", "20", (1, "grid_min: is 20; it must be one of 15, 30, 45, 60")),
        ("--min-notice", "-1", (1, "notice_min: is -1; it must be between 0 and 86400")),
        ("--days-ahead", "soon", (2, "'--days-ahead': 'soon' is not a valid integer.")),
        (
            "--owner-phone",
            "0171 555",
            (
                2,
                "--owner-phone: '0171 555' is not a telephone number; write it as +14155550100",
            ),
        ),
        (
            "--owner-phone",
            "+18005550177",
            (2, "--owner-phone: +18005550177 takes no text messages: give a mobile's"),
        ),
        (
            "--owner-phone",
            NUMBER,
            (
                2,
                f"--owner-phone: {NUMBER} is the business's own, which this server answers: give a mobile's",
            ),
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_changes(salon, option, value, problem):
    before = salon("business", "show", "Salon")

    assert error(salon("business", "set", "Salon", "--trade", "a hair salon", option, value)) == problem
    assert salon("business", "show", "Salon") == before


def told_first(salon):
    """The line of what callers are told first."""
    (line,) = [
        each for each in salon("business", "show", "Salon")[1].splitlines() if each.startswith("notice ")
    ]
    return line.removeprefix("notice").strip()


def test_what_callers_are_told_first_can_be_ones_own_the_standard_notice_or_nothing(salon):
    told = []
    for options in (
        ["--no-notice"],
        ["--notice", ""],
        ["--notice", "Hello."],
        ["--notice", " ", "--keep-audio"],
    ):
        assert salon("business", "set", "Salon", *options)[0] == 0
        told.append(told_first(salon))
    standard = "(the standard one) You are speaking with an automated assistant."
    assert told == ["-", standard, "Hello.", f"{standard} This call is recorded."]


def test_a_business_that_begins_to_record_tells_its_callers(salon):
    salon("business", "set", "Salon", "--no-notice")
    salon("business", "set", "Salon", "--keep-audio")
    assert told_first(salon).endswith("This call is recorded.")
    assert error(salon("business", "set", "Salon", "--no-notice")) == (
        1,
        "notice: can't be switched off while calls are recorded; stop recording first",
    )
    assert salon("business", "set", "Salon", "--no-notice", "--no-keep-audio")[0] == 0
    assert told_first(salon) == "-"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ["--disclosure", "Hello."],
            "--disclosure is called --notice now; '' is the standard notice, --no-notice none",
        ),
        (["--notice", "Hello.", "--no-notice"], "give --notice or --no-notice, not both"),
        (
            ["--notice", "60"],
            "'--notice': is what callers are told first, in words; for a booking 60 minutes ahead give "
            "--min-notice",
        ),
    ],
)
def test_who_gives_an_option_as_it_was_called_before_is_told_its_new_name(salon, options, problem):
    before = salon("business", "show", "Salon")
    assert error(salon("business", "set", "Salon", *options)) == (2, problem)
    assert salon("business", "show", "Salon") == before


def settings_of(shown):
    return shown[1].partition("\nsettings\n")[2].split()


def test_a_business_s_settings_are_changed_one_by_one_and_taken_back_by_an_empty_value(salon):
    salon("business", "set", "Salon", "--setting", "guard_ms=300", "--setting", "silence_ms=9000")
    salon("business", "set", "Salon", "--setting", "guard_ms=500")
    assert settings_of(salon("business", "show", "Salon")) == ["guard_ms=500", "silence_ms=9000"]
    assert settings_of(salon("business", "set", "Salon", "--setting", "guard_ms=")) == ["silence_ms=9000"]


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("barge_in_ms=300", "barge_in_ms: there is no such setting; did you mean barge_in_min_ms?"),
        ("guard_ms", "'guard_ms' is no setting; write NAME=VALUE, as in barge_in_min_ms=240"),
        ("utterance_end_min_ms=1200", "utterance_end_max_ms: must be at least utterance_end_min_ms"),
        ("speech_on=1", "speech_on: must be between 0 and 0.99; otherwise nobody would ever be heard"),
        ("voice=verse", "voice: is not set here; set it by FRONTDESK_SET, for the whole server"),
    ],
)
def test_a_setting_that_no_call_could_run_with_is_refused_with_its_reason(salon, setting, problem):
    salon("business", "set", "Salon", "--setting", "guard_ms=300")
    before = salon("business", "show", "Salon")
    assert error(salon("business", "set", "Salon", "--setting", setting)) == (2, f"--setting: {problem}")
    assert salon("business", "show", "Salon") == before


def test_a_business_s_settings_are_judged_beside_those_of_the_server(salon):
    longer = {"FRONTDESK_SET": "utterance_end_max_ms=1500"}
    command = ("business", "set", "Salon", "--setting", "utterance_end_min_ms=1200")
    assert (salon(*command)[0], salon(*command, **longer)[0]) == (2, 0)


def test_setting_nothing_is_refused(salon):
    code, problem = error(salon("business", "set", "Salon"))
    assert (code, problem.startswith("give at least one option")) == (2, True)


@pytest.mark.parametrize(
    ("name", "number", "timezone", "more"),
    [
        ("Salon", NUMBER, "Berlin", ()),
        ("Salon", "0415", "Europe/Berlin", ()),
        (" ", NUMBER, "Europe/Berlin", ()),
        ("Salon", NUMBER, "Europe/Berlin", ("--language", "english")),
        ("Salon", NUMBER, "Europe/Berlin", ("--owner-phone", "+18005550177")),
        ("Salon", NUMBER, "Europe/Berlin", ("--notice", "n" * 301)),
        ("Salon", NUMBER, "Europe/Berlin", ("--keep-audio", "--no-notice")),
    ],
)
def test_a_business_that_is_refused_leaves_no_file_behind(tmp_path, database, name, number, timezone, more):
    assert add(database, number, timezone, *more, name=name)[0] != 0
    assert list(tmp_path.iterdir()) == []


def test_the_businesses_are_listed_in_the_order_in_which_they_were_added(salon, database):
    add(database, OTHER, "Asia/Jerusalem", "--language", "he", name="Praxis")

    assert salon("business", "list") == (
        0,
        "  1  +14155550100     Salon  (Europe/Berlin, en)\n"
        "  2  +14155550101     Praxis  (Asia/Jerusalem, he)\n",
    )


@pytest.mark.parametrize("named", [NUMBER, "+1 415 555 0100", "1", "Salon", " salon "])
def test_a_business_is_known_by_number_id_and_name(salon, database, named):
    add(database, OTHER, name="Praxis")

    assert salon("business", "show", named)[1].startswith("Salon (1)\n")


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        (
            "salon",
            "'salon' means 2 businesses; give the number of one of them: +14155550100 (Salon, 1), "
            "+14155550101 (Salon, 2)",
        ),
        (
            "3",
            "there is no '3'; give a number, a name or an id: +14155550100 (Salon, 1), "
            "+14155550101 (Salon, 2)",
        ),
        ("+1 415", "'+1 415' has the wrong number of digits for its country; write it as +14155550100"),
    ],
)
def test_a_name_that_is_nobodys_or_of_several_is_refused(salon, database, named, problem):
    add(database, OTHER)

    refusal = (2, f"BUSINESS: {problem}")
    assert error(salon("business", "show", named)) == refusal
    assert error(salon("business", "set", named, "--grid", "15")) == refusal


READING = [
    ("business", "list"),
    ("business", "show", "1"),
    ("hours", "1"),
    ("services", "1"),
    ("facts", "1"),
    ("people", "1"),
    ("slots", "1", "tomorrow"),
    ("leads", "1"),
    ("appointments", "1"),
    ("prompt", "1"),
    ("backup", "copy.db"),
    ("business", "set", "1", "--grid", "15"),
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_file_that_is_not_there_is_not_made(tmp_path, database, command):
    assert error(frontdesk(*command, "--database", database)) == (
        2,
        f"'--database': there is no database at {database}: give another, or make it with "
        "`frontdesk business add`",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path, command):
    database = tmp_path / "shopping.txt"
    database.write_text("eggs\n" * 200, encoding="ascii")

    code, problem = error(frontdesk(*command, "--database", database))
    assert (code, problem.startswith(f"{database}: file is not a database")) == (1, True)
    assert database.read_text(encoding="ascii") == "eggs\n" * 200
