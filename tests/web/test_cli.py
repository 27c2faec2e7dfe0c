import logging
import socket
import sqlite3
import struct
from contextlib import closing

import pytest
import trio
from attrs import evolve

from engine.ports import CallRecord
from engine.recording import Recording
from engine.settings import DEFAULTS
from office import recordings
from simulator.mulaw import silence
from simulator.tones import murmur
from storage import businesses
from storage.database import open_database
from tests.office.accounts import stored
from tests.office.support import NUMBER, PUBLIC_URL, TOKEN
from tests.web.command_line import add, error, frontdesk
from web import doctor


@pytest.fixture
def database(tmp_path):
    return tmp_path / "frontdesk.db"


@pytest.fixture(autouse=True)
def restored_logging():
    """`serve` sets logging up for its process, which here is everybody's."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_a_business_is_added_to_a_new_file(database):
    assert add(database, "+1 415 555 0100", "Europe/Berlin", "--language", "he") == (
        0,
        f"Made a new database: {database}.\n"
        f"Added Salon with +14155550100 (Europe/Berlin, he) to {database}.\n",
    )
    assert add(database, "+1 415 555 0101")[1] == (
        f"Added Salon with +14155550101 (Europe/Berlin, en) to {database}.\n"
    )
    with closing(sqlite3.connect(database)) as conn:
        rows = conn.execute("SELECT name, number, timezone, language FROM businesses").fetchall()
    assert rows[0] == ("Salon", "+14155550100", "Europe/Berlin", "he")


def test_a_business_whose_calls_are_kept_is_told_where(database):
    code, output = add(database, NUMBER, "Europe/Berlin", "--keep-audio")

    assert (code, output.splitlines()[2]) == (
        0,
        f"Its calls are recorded in {database}.recordings, until you remove them.",
    )
    with closing(sqlite3.connect(database)) as conn:
        assert conn.execute("SELECT keeps_audio FROM businesses").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("number", "timezone", "more", "problem"),
    [
        ("0415 555 0100", "Europe/Berlin", (), "write it as +14155550100"),
        (NUMBER, "Berlin", (), "'Berlin' is not a zone name such as Europe/Berlin"),
        (NUMBER, "../etc", (), "is not a zone name"),
        (NUMBER, "Europe/Berlin", ("--language", "english"), "is not a language code"),
    ],
)
def test_a_business_that_makes_no_sense_is_refused_in_words(database, number, timezone, more, problem):
    code, output = add(database, number, timezone, *more)

    assert code != 0
    assert problem in output
    assert "Traceback" not in output


def test_a_number_has_one_business(database):
    add(database)

    assert add(database) == (1, "Error: number: already belongs to a business\n")


async def test_nothing_is_added_while_a_server_has_the_file(database):
    async with open_database(database):
        code, output = await trio.to_thread.run_sync(add, database)

    assert code == 1
    assert "is in use by process" in output
    assert "stop that first" in output


def test_a_file_that_is_no_database_is_refused(database):
    database.write_text("not a database, but quite a long text all the same", encoding="ascii")

    code, output = add(database)
    assert (code, output.startswith(f"Error: {database}: ")) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "environment", "problem"),
    [
        (["--host", "0.0.0.0"], {}, "use --host 127.0.0.1"),
        ([], {"FRONTDESK_PUBLIC_URL": PUBLIC_URL}, "TWILIO_AUTH_TOKEN is not"),
        ([], {"FRONTDESK_MAX_CALLS": "many"}, "FRONTDESK_MAX_CALLS must be"),
    ],
)
def test_a_server_that_must_not_start_says_why(database, arguments, environment, problem):
    code, output = frontdesk("serve", "--port", 0, "--database", database, *arguments, **environment)

    assert code == 1
    assert problem in output
    assert not database.exists()


def test_the_doctor_names_each_missing_thing_with_its_fix(database):
    code, output = frontdesk(
        "doctor", "--database", database, FRONTDESK_REALTIME_URL="wss://127.0.0.1:1/v1/realtime"
    )

    assert code == 1
    assert output.splitlines() == [
        "missing: TWILIO_AUTH_TOKEN is not set: copy the auth token from the Twilio console",
        "missing: TWILIO_ACCOUNT_SID is not set: copy the account SID from the Twilio console, or neither "
        "owners nor callers get a text message",
        "missing: FRONTDESK_PUBLIC_URL is not set: give the https address that Twilio is to ring",
        "missing: the model is not reachable at 127.0.0.1:1: check FRONTDESK_REALTIME_URL and the firewall",
        f"missing: there is no database at {database}: make it with frontdesk business add NAME "
        f"--number +E164 --timezone ZONE --database {database}",
        doctor.REMINDER,
    ]
    assert not database.exists()


def test_the_doctor_asks_for_a_key_where_one_is_needed(database):
    code, output = frontdesk(
        "doctor", "--database", database, FRONTDESK_REALTIME_URL="wss://localhost.invalid"
    )

    assert code == 1
    assert "missing: OPENAI_API_KEY is not set: create a key at your model provider\n" in output


def test_the_doctor_finds_a_file_without_a_business(database):
    async def create():
        async with open_database(database):
            pass

    trio.run(create)

    assert (
        f"missing: the database at {database} has no business"
        in frontdesk("doctor", "--database", database)[1]
    )


def test_the_doctor_finds_nothing_where_all_is_in_place(database):
    add(database)

    async def tell_the_owner():
        async with open_database(database) as opened:
            await opened.write(lambda conn: businesses.change(conn, 1, owner_phone="+14155550177"))

    trio.run(tell_the_owner)
    with socket.create_server(("127.0.0.1", 0)) as model:
        environment = {
            "TWILIO_ACCOUNT_SID": "AC" + "a1" * 16,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "FRONTDESK_PUBLIC_URL": PUBLIC_URL,
            "OPENAI_API_KEY": "sk-test",
            "FRONTDESK_REALTIME_URL": f"ws://127.0.0.1:{model.getsockname()[1]}/v1/realtime",
        }
        code, output = frontdesk("doctor", "--database", database, **environment)

    assert (code, output) == (0, f"{doctor.REMINDER}\nEverything else is in place.\n")


@pytest.fixture
def recorded(tmp_path):
    """A call in which somebody says something to nobody."""
    recording = Recording(settings=evolve(DEFAULTS, detector="level", barge_in_min_ms=320))
    recording.begin(-1_000)
    for number in range(100):
        recording.heard(20 * number + 20, murmur(20) if number < 40 else silence(20))
    events = stored((2_000, "hang_up", {"outcome": "caller_hung_up"}))
    record = CallRecord(
        outcome="caller_hung_up", detail="", duration_ms=2_000, events=events, recording=recording
    )
    folder = tmp_path / "calls"
    unfinished = recordings.write(folder, recordings.as_kept("CA1", "en", record))
    return recordings.publish(folder, "CA1", unfinished)


def test_a_recorded_call_is_replayed_beside_the_recording(recorded):
    code, output = frontdesk("replay", recorded, "--set", "utterance_min_ms=400", "--set", "guard_ms=300")

    assert code == 0
    lines = output.splitlines()
    assert lines[0].split() == ["recorded", "replayed"]
    assert lines[-5].split() == ["2.00", "s", *["hang-up:", "caller_hung_up"] * 2]
    assert [line.partition(" utterances")[0] for line in lines[-4:-2]] == ["recorded: 0", "replayed: 1"]
    assert lines[-2:] == [
        'for every call of a server:  FRONTDESK_SET="utterance_min_ms=400 guard_ms=300 barge_in_min_ms=320" '
        "FRONTDESK_DETECTOR=level",
        "for those of a business:     frontdesk business set BUSINESS --setting utterance_min_ms=400 "
        "--setting guard_ms=300 --setting barge_in_min_ms=320",
    ]
    assert "FRONTDESK_SET" not in frontdesk("replay", recorded)[1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("barge_in_min=240", "barge_in_min: there is no such setting; did you mean barge_in_min_ms?"),
        ("barge_in_min_ms=soon", "barge_in_min_ms=soon: must be a whole number"),
        ("barge_in_min_ms", "write NAME=VALUE"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(recorded, change, problem):
    code, output = frontdesk("replay", recorded, "--set", change)

    assert (code, problem in " ".join(output.split())) == (2, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("RIFF", "line 1: the line is not JSON"),
        (
            '{"frontdesk":"recorded call","version":1,"call_sid":"CA1","language":"en","settings":{"old":1}}',
            "line 1: settings do not fit this version: old: there is no such setting",
        ),
    ],
)
def test_a_file_that_is_no_recorded_call_is_refused_by_its_name(tmp_path, text, problem):
    file = tmp_path / "call.jsonl"
    file.write_text(text, encoding="utf-8")

    code, output = frontdesk("replay", file)
    assert (code, output.startswith(f"Error: {file}: {problem}")) == (1, True)


def test_ringing_where_nobody_serves_says_so(tmp_path):
    recording = tmp_path / "hello.wav"
    header = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16, b"data", 4)
    recording.write_bytes(b"RIFF" + struct.pack("<I", 44) + b"WAVE" + header + bytes(4))
    code, output = frontdesk("call", "--url", "http://127.0.0.1:1", "--to", NUMBER, "--wav", recording)

    assert code == 1
    assert output.startswith("Error: no server at http://127.0.0.1:1/twilio/voice")


@pytest.mark.parametrize(
    "url",
    ["http://a..b:8080", f"http://{'a' * 64}.example", "http://:80", "desk.example", "ftp://desk.example"],
)
def test_an_address_that_no_server_can_have_is_refused_before_anybody_is_rung(url):
    code, problem = error(frontdesk("call", "--url", url, "--to", NUMBER))

    assert (code, problem.startswith(f"'--url': '{url}'"), problem.endswith("write http://HOST:PORT")) == (
        2,
        True,
        True,
    )


@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_a_model_at_an_address_that_cannot_be_is_refused_in_a_line(database, command):
    code, output = frontdesk(command, "--database", database, FRONTDESK_REALTIME_URL="wss://a..b/v1/realtime")

    assert (code, output.startswith("Error: FRONTDESK_REALTIME_URL is not a URL (")) == (1, True)
    assert output.count("\n") == 1


def test_a_recording_that_cannot_be_used_is_refused_before_anybody_is_rung(tmp_path):
    recording = tmp_path / "hello.wav"
    recording.write_bytes(b"ID3")
    code, output = frontdesk("call", "--to", NUMBER, "--wav", recording)

    assert code == 2
    assert "is not a WAV file" in output


def test_a_call_follows_one_script(tmp_path):
    recording = tmp_path / "hello.wav"
    recording.write_bytes(b"")
    code, output = frontdesk("call", "--to", NUMBER, "--wav", recording, "--scenario", "booking")

    assert (code, "give --wav or --scenario, not both" in output) == (2, True)
