"""A test that hangs fails the suite, and is named: a lost deadline waits in the kernel for ever."""

import subprocess
import sys

HANGS = """
import trio


async def test_that_waits_for_what_never_comes(autojump_clock):
    await trio.sleep_forever()


def test_another():
    pass
"""


def test_a_test_that_hangs_fails_and_is_named(tmp_path):
    (tmp_path / "test_hanging.py").write_text(HANGS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntrio_mode = true\nfaulthandler_timeout = 0.5\nfaulthandler_exit_on_timeout = true\n",
        encoding="utf-8",
    )
    asked = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=1"]
    ran = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1, ran.stdout
    assert "crashed while running 'test_hanging.py::test_that_waits_for_what_never_comes'" in ran.stdout
    assert "1 failed, 1 passed" in ran.stdout


def test_the_suite_has_such_a_limit(pytestconfig):
    assert pytestconfig.getini("faulthandler_exit_on_timeout") is True
    assert 0 < float(pytestconfig.getini("faulthandler_timeout")) <= 120
