"""`frontdesk services`, `facts` and `people`."""

import pytest

from tests.web.command_line import add, error, frontdesk

DANA, SUE = "+14155550144", "+14155550145"
NOBODY = "Nobody: a caller who asks for a person can leave a message.\n"


@pytest.fixture
def salon(tmp_path):
    """Runs a command on the only business of a file."""
    add(tmp_path / "frontdesk.db")
    return lambda command, *options: frontdesk(
        command, "Salon", *options, "--database", tmp_path / "frontdesk.db"
    )


def test_services_are_added_and_retired(salon):
    assert salon("services") == (0, "Nothing is offered by name: callers say for how long they come.\n")

    salon("services", "--add", "cut", "--minutes", "45", "--before", "5", "--after", "15", "--price", "$40")
    assert salon("services", "--add", "colour", "--minutes", "120") == (
        0,
        "cut, 45 minutes, $40  [5 min before]  [15 min after]\ncolour, 2 hours\n",
    )
    # A service is changed by putting another in its place.
    assert salon("services", "--retire", "CUT", "--add", "cut", "--minutes", "30") == (
        0,
        "colour, 2 hours\ncut, 30 minutes\n",
    )
    assert salon("services")[1] == "colour, 2 hours\ncut, 30 minutes\n"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--add", "shave"], (2, "give --add NAME and --minutes N together")),
        (["--minutes", "30"], (2, "give --add NAME and --minutes N together")),
        (["--after", "5"], (2, "--before, --after and --price belong to --add NAME")),
        (["--retire", "shave"], (2, "--retire: there is no 'shave', only: cut")),
        (
            ["--retire", "cut", "--add", "shave", "--minutes", "1"],
            (1, "duration_min: is 1; it must be between 5 and 480"),
        ),
        (["--add", "Cut", "--minutes", "5"], (1, "name: is a service already; retire that one first")),
        (
            ["--add", "shave", "--minutes", "5", "--after", "241"],
            (1, "buffer_after_min: is 241; it must be between 0 and 240"),
        ),
    ],
)
def test_a_service_that_makes_no_sense_is_refused_and_nothing_changes(salon, options, problem):
    salon("services", "--add", "cut", "--minutes", "45")

    assert error(salon("services", *options)) == problem
    assert salon("services") == (0, "cut, 45 minutes\n")


def test_facts_are_put_in_place_of_what_was_and_removed(salon):
    assert salon("facts") == (0, "Nothing is written down.\n")
    salon("facts", "--set", "Parking", "in the street", "--set", "Cards", "all of them")

    assert salon("facts", "--set", "Parking", "behind the house", "--remove", "Cards") == (
        0,
        "Parking: behind the house\n",
    )
    assert salon("facts")[1] == "Parking: behind the house\n"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--remove", "Cards"], (2, "--remove: there is no 'Cards', only: Parking")),
        (["--remove", "Parking", "--set", "Cards", " "], (1, "text: is empty")),
        (["--set", "", "all of them"], (1, "topic: is empty")),
    ],
)
def test_a_fact_that_makes_no_sense_is_refused_and_nothing_changes(salon, options, problem):
    salon("facts", "--set", "Parking", "in the street")

    assert error(salon("facts", *options)) == problem
    assert salon("facts") == (0, "Parking: in the street\n")


def test_people_are_listed_in_the_order_in_which_they_are_asked_for(salon):
    assert salon("people") == (0, NOBODY)
    salon("people", "--add", "Dana", "+1 (415) 555-0144", "--add", "Sue", SUE)
    assert salon("people") == (0, f"Dana  {DANA}\nSue  {SUE}\n")

    assert salon("people", "--remove", "dana", "--add", "Dana", DANA)[1] == f"Sue  {SUE}\nDana  {DANA}\n"
    assert salon("people", "--remove", "Sue", "--remove", "Dana") == (0, NOBODY)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--add", "Sue", "me"], (2, "--add: 'me' is not a telephone number; write it as +14155550100")),
        (
            ["--add", "Sue", "+972 54 123 4567"],
            (
                2,
                "--add: +972541234567 cannot be put through to; give an ordinary number of "
                "+14155550100's country",
            ),
        ),
        (["--add", "dana", SUE], (1, "name: stands twice in the list; callers ask for a name")),
        (["--remove", "Sue"], (2, "--remove: there is no 'Sue', only: Dana")),
    ],
)
def test_a_person_who_cannot_be_put_through_to_is_refused_and_nothing_changes(salon, options, problem):
    salon("people", "--add", "Dana", DANA)

    assert error(salon("people", *options)) == problem
    assert salon("people") == (0, f"Dana  {DANA}\n")
