"""What the doctor finds, and the server where the neural detector cannot be loaded."""

import os
import sqlite3
import subprocess
import sys
from functools import partial

import pytest

from storage import businesses, facts
from storage.database import open_database
from storage.records import Person
from tests.office.support import NUMBER, TOKEN
from web import configuration, doctor

NOBODY_THERE = "ws://127.0.0.1:1/v1/realtime"
MISSING = (
    "the neural detector cannot be loaded (no wheel for this host): pip install onnxruntime, "
    "or set FRONTDESK_DETECTOR=level"
)


@pytest.fixture
def frontdesk(tmp_path):
    """Runs the command line in an interpreter whose onnxruntime cannot be imported; its code and output."""
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('no wheel for this host')\n")

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        finished = subprocess.run(
            [sys.executable, "-m", "web", *arguments, "--database", str(tmp_path / "frontdesk.db")],
            env=os.environ
            | {"PYTHONPATH": str(tmp_path), "FRONTDESK_REALTIME_URL": NOBODY_THERE}
            | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return finished.returncode, finished.stdout + finished.stderr

    return run


def test_the_doctor_says_that_the_detector_is_missing_and_how_to_do_without(frontdesk):
    assert f"missing: {MISSING}\n" in frontdesk("doctor")[1]
    assert "detector" not in frontdesk("doctor", FRONTDESK_DETECTOR="level")[1]


def test_the_server_does_not_start_without_its_detector(frontdesk):
    assert frontdesk("serve", "--port", "0") == (1, f"Error: {MISSING}\n")


@pytest.fixture
async def found(tmp_path):
    """What the doctor says about numbers in a database with one business, changed by these fields."""
    path = tmp_path / "frontdesk.db"
    configured = configuration.load(
        {
            "TWILIO_ACCOUNT_SID": "AC" + "a1" * 16,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "FRONTDESK_PUBLIC_URL": "https://desk.example.com",
            "FRONTDESK_REALTIME_URL": NOBODY_THERE,
            "FRONTDESK_DETECTOR": "level",
        }
    )
    add = partial(businesses.add, name="Salon", number=NUMBER, timezone="Europe/Berlin", language="en")

    async def check(people=(), **fields):
        async with open_database(path) as database:
            business = await database.write(add)
            await database.write(lambda conn: facts.set_people(conn, business.id, people))
            if fields:
                await database.write(lambda conn: businesses.change(conn, business.id, **fields))
        return [line for line in await doctor.problems(configured, path) if line.startswith("Salon")]

    return check


async def test_the_doctor_finds_nothing_wrong_with_good_numbers(found):
    assert await found([Person(name="Dana", phone="+14155550178")], owner_phone="+14155550177") == []


async def test_the_doctor_says_that_nobody_is_told(found):
    assert await found() == ["Salon has no owner's number: nobody is told of what callers left"]


@pytest.mark.parametrize(
    ("owner_phone", "problem"),
    [
        (NUMBER, "the owner's number …00 is the business's own, which this server answers: give a mobile's"),
        ("+4930123456", "the owner's number …56 takes no text messages: give a mobile's"),
        ("+1415555017", "the owner's number …17 is no telephone number: give it as +14155550100"),
    ],
)
async def test_the_doctor_finds_a_number_at_which_the_owner_gets_no_message(found, owner_phone, problem):
    assert await found(owner_phone=owner_phone) == [f"Salon: {problem}"]


async def test_the_doctor_finds_whom_nobody_can_be_put_through_to(found):
    people = [Person(name="Dana", phone="+14155550178"), Person(name="Eli", phone="+442079460958")]

    assert await found(people, owner_phone="+14155550177") == [
        "Salon: nobody can be put through to Eli (…58): give an ordinary number of the business's own country"
    ]


async def test_the_doctor_reads_a_file_of_an_earlier_version(tmp_path):
    path = tmp_path / "frontdesk.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE businesses (id INTEGER, name TEXT, number TEXT)")
    conn.execute("INSERT INTO businesses VALUES (1, 'Salon', '+14155550100')")
    conn.commit()
    conn.close()

    assert not [
        line
        for line in await doctor.problems(configuration.load({"FRONTDESK_REALTIME_URL": NOBODY_THERE}), path)
        if "database" in line
    ]


async def test_the_doctor_names_the_account_that_messages_need(tmp_path):
    said = await doctor.problems(
        configuration.load({"FRONTDESK_REALTIME_URL": NOBODY_THERE}), tmp_path / "none.db"
    )

    assert (
        "TWILIO_ACCOUNT_SID is not set: copy the account SID from the Twilio console, or neither owners "
        "nor callers get a text message"
    ) in said


def test_the_doctor_says_that_more_calls_are_taken_than_this_process_may_open_files_for(tmp_path):
    finished = subprocess.run(
        ["bash", "-c", f"ulimit -n 256; exec {sys.executable} -m web doctor --database {tmp_path}/x.db"],
        env=os.environ | {"FRONTDESK_REALTIME_URL": NOBODY_THERE, "FRONTDESK_MAX_CALLS": "100"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (
        "missing: this process may open 256 files, and 100 calls (FRONTDESK_MAX_CALLS) need 528: raise"
        in (finished.stdout)
    )
