"""Tools of somebody else's, as they lie in a folder where Python finds them."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BAKERY = """
from attrs import field, frozen

from engine.tools import Tool, describe


@frozen
class Order:
    number: int = field(metadata=describe("the number on the receipt"))


async def look_up_order(desk, order, call):
    return {"status": "ok", "say": f"{desk.business.name}: order {order.number} of {desk.caller} is ready."}


TOOLS = [Tool(name="look_up_order", description="Whether it is ready.", arguments=Order, run=look_up_order)]
"""
WEATHER = """
import trio
from attrs import frozen

from engine.tools import Tool


@frozen
class Nothing:
    pass


async def fails(desk, nothing, call):
    raise KeyError("no such city")


async def hangs(desk, nothing, call):
    await trio.sleep_forever()


rain = Tool(name="will_it_rain", description="Whether it will.", arguments=Nothing, run=fails)
snow = Tool(name="will_it_snow", description="If it will.", arguments=Nothing, run=hangs, deadline_ms=100)
both = (rain, snow)
"""


def install(folder: Path, name: str, source: str, **points: str) -> None:
    """Put the module there, and beside it what pip leaves of a distribution with these entry points."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(source)
    left = folder / f"{name}-1.0.dist-info"
    left.mkdir()
    left.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = "".join(f"{point} = {value}\n" for point, value in points.items())
    left.joinpath("entry_points.txt").write_text(f"[frontdesk.tools]\n{lines}")


@contextmanager
def on_the_path(folder: Path) -> Iterator[None]:
    """For as long as the body runs, Python finds what lies in the folder."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for path in folder.glob("*.py"):
            sys.modules.pop(path.stem, None)
