"""The demo, as a stranger runs it: a process of its own, real sockets, audible speech."""

import re
import signal
import subprocess
import sys

TOLD = """\
line rings, and is answered
line the bot begins to speak
bot "You are speaking with an automated assistant. Hello, this is Demo Dental. How can I help you?"
caller "Hi, I would like an appointment for a check-up, please."
line the bot begins to speak
caller "Sorry, as early as you can. My name is Dana Levi."
line the rest of the bot's sentence is dropped
line the bot begins to speak
bot "Thank you, Dana. On Monday I have nine o'clock, half past nine, or ten o'clock. Which one suits you?"
caller "Half past nine, please."
line the bot begins to speak
bot "You are booked for half past nine. Is there anything else I can do for you?"
caller "No, that is all. Thank you, goodbye."
line the bot begins to speak
bot "Thank you for calling, Dana. See you then. Goodbye."
line hung up by the bot""".splitlines()


# What a stranger runs, on a clock that goes four times as fast.
HURRIED = (
    "from trio.testing import MockClock; from web import demo; demo.run(keep=False, clock=MockClock(rate=4))"
)


def test_the_demo_plays_a_whole_call_and_ends_by_itself(tmp_path):
    played = subprocess.run(
        [sys.executable, "-c", HURRIED],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (played.returncode, played.stderr) == (0, "")
    spoken = re.findall(r"^ *[\d.]+ s  (line|bot|caller) +(.*)$", played.stdout, re.MULTILINE)
    told = [re.sub(r"On \w+day", "On Monday", f"{who} {what}") for who, what in spoken]
    cut = [line for line in told if "cut off" in line]
    assert [line for line in told if line not in cut] == TOLD
    assert re.fullmatch(r'bot "Of course\. .*-" \(cut off: 3\.\d s of 1\d\.\d s were heard\)', "".join(cut))
    assert re.findall(r"tool (\w+) called", played.stdout) == [
        "update_lead_details",
        "find_available_slots",
        "create_appointment",
        "end_call",
    ]
    rows = played.stdout.partition("What the call left in the database:")[2]
    assert re.findall(r"full_name ([\w ]+),|status (\w+), confirmed_heard (\d)|outcome (\w+),", rows) == [
        ("Dana Levi", "", "", ""),
        ("", "booked", "1", ""),
        ("", "", "", "completed"),
    ]
    assert "follow a script" in played.stdout


def test_the_command_begins_a_call_and_ends_when_it_is_interrupted(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "web", "demo"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as playing:
        told = next(line for line in playing.stdout if "the bot begins to speak" in line)
        playing.send_signal(signal.SIGINT)
        _, errors = playing.communicate(timeout=30)
    assert re.match(r" *\d\.\d s  line +the bot begins to speak$", told)
    assert (playing.returncode, errors) == (0, "")
