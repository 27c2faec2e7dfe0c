"""What `pip install frontdesk` puts on a machine: every package whole, and no name that is not meant."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
OURS_ALONE = {"tests", "benchmarks"}

# Every name is imported, a whole call is carried, and a database is made: from what was installed alone.
USED = """
import sys

import engine.call, office.office, simulator, storage.database, trio, web.cli
from rehearsal.rig import place
from rehearsal.sweep import sweep
from rehearsal.virtual_time import in_virtual_time, inline
from web.pages.words import Words

async def main():
    async with storage.database.open_database("new.db", new=True, run_sync=inline):
        return await place([simulator.UntilBotQuiet(300), simulator.HangUp()])

in_virtual_time(main).assert_clean()
names = {"engine", "office", "rehearsal", "simulator", "storage", "web"}
print(*{m.__file__ for n, m in sys.modules.items() if n.split(".")[0] in names}, sep="\\n")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The folder of the wheel, unpacked as pip unpacks it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def files_below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def test_every_folder_with_code_is_a_package_that_pyproject_names_or_is_ours_alone():
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == PACKAGES | OURS_ALONE
    assert set(PROJECT["tool"]["mypy"]["packages"]) == PACKAGES


def test_the_wheel_holds_those_packages_with_every_file_and_the_schema(wheel):
    whole = {f"{package}/{path}" for package in PACKAGES for path in files_below(ROOT / package)}
    assert {path for path in files_below(wheel) if ".dist-info/" not in path} == {
        *whole,
        "storage/schema.sql",
    }


def test_what_was_installed_works_without_the_tree(wheel, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", USED],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [path for path in ran.stdout.splitlines() if not path.startswith(str(wheel))] == []
