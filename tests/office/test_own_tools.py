"""Tools of a deployment's own: where they are found, and what is refused before there is a call."""

import pytest
import trio
from attrs import evolve, frozen

from engine.conversation.parting import END_CALL
from engine.tools import Tool
from office.own_tools import OURS, BadTool, checked, found
from tests.office.front import Now, ring
from tests.plugged import BAKERY, WEATHER, install, on_the_path


@frozen
class Nothing:
    """What a tool here is told."""


@frozen
class Many:
    names: list[str]


@frozen
class Unknown:
    name: "Nowhere"  # noqa: F821


async def run(_desk, _arguments, _call):
    await trio.lowlevel.checkpoint()
    return {"status": "ok"}


GOOD = Tool(name="look", description="Looks.", arguments=Nothing, run=run)


def names(tools):
    return {source: [tool.name for tool in each] for source, each in tools.items()}


def test_the_variable_names_modules_and_what_is_in_them_and_entry_points_come_after(tmp_path):
    install(tmp_path, "bakery", BAKERY, bread="bakery:TOOLS")
    install(tmp_path, "weather", WEATHER)
    with on_the_path(tmp_path):
        assert names(found(["weather:snow", "weather:rain"])) == {
            "FRONTDESK_TOOLS=weather:snow": ["will_it_snow"],
            "FRONTDESK_TOOLS=weather:rain": ["will_it_rain"],
            "the entry point bread = bakery:TOOLS": ["look_up_order"],
        }


def test_a_module_alone_stands_for_what_it_calls_its_tools(tmp_path):
    install(tmp_path, "bakery", BAKERY)
    with on_the_path(tmp_path):
        assert names(found(["bakery"])) == {"FRONTDESK_TOOLS=bakery": ["look_up_order"]}


def test_without_either_there_are_none():
    assert found([]) == {}


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ("nowhere", "FRONTDESK_TOOLS=nowhere cannot be loaded (No module named 'nowhere'): install it"),
        ("bakery:BREAD", "FRONTDESK_TOOLS=bakery:BREAD cannot be loaded (module 'bakery' has no attribute"),
        (
            "bakery:look_up_order",
            "FRONTDESK_TOOLS=bakery:look_up_order is no tool: name an engine.tools.Tool",
        ),
    ],
)
def test_what_cannot_be_found_is_refused_by_the_place_that_names_it(named, problem, tmp_path):
    install(tmp_path, "bakery", BAKERY)
    with on_the_path(tmp_path), pytest.raises(BadTool) as refused:
        found([named])
    assert str(refused.value).startswith(problem)


def test_a_tool_that_is_named_twice_is_refused_where_it_comes_second(tmp_path):
    install(tmp_path, "bakery", BAKERY, bread="bakery:TOOLS")
    with on_the_path(tmp_path), pytest.raises(BadTool) as refused:
        found(["bakery"])
    assert str(refused.value) == (
        "the entry point bread = bakery:TOOLS: the tool 'look_up_order' has a name that another tool has: "
        "give it one of its own"
    )


def test_what_a_module_raises_as_it_is_imported_comes_out_with_who_named_it(tmp_path):
    install(tmp_path, "broken", "1 / 0\n")
    with on_the_path(tmp_path), pytest.raises(ZeroDivisionError) as raised:
        found(["broken"])
    assert raised.value.__notes__ == ["FRONTDESK_TOOLS=broken names this module: mend it, or take it out"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "look up"}, "the tool 'look up' cannot be called so: take 1 to 64 letters"),
        ({"name": ""}, "the tool '' cannot be called so"),
        ({"name": "end_call"}, "the tool 'end_call' has a name that another tool has"),
        ({"name": "take_message"}, "the tool 'take_message' has a name that another tool has"),
        ({"description": ""}, "the tool 'look' has no description"),
        ({"arguments": dict}, "the tool 'look' has arguments that are no attrs class"),
        ({"arguments": Nothing()}, "the tool 'look' has arguments that are no attrs class"),
        ({"arguments": Many}, "the tool 'look' has an argument of a type that is not sent (list[str])"),
        (
            {"arguments": Unknown},
            "the tool 'look' has an argument of a type that is not sent (name 'Nowhere'",
        ),
        ({"run": lambda arguments, call: None}, "the tool 'look' cannot be run (too many positional"),
    ],
)
def test_a_tool_that_no_call_could_have_is_refused_with_the_fix(changes, problem):
    with pytest.raises(BadTool) as refused:
        checked("shop", [evolve(GOOD, **changes)])
    assert str(refused.value).startswith(f"shop: {problem}")


def test_what_is_no_tool_is_refused_and_one_alone_is_taken():
    assert checked("shop", GOOD) == checked("shop", [GOOD]) == (GOOD,)
    with pytest.raises(BadTool, match="shop has 'look' among its tools"):
        checked("shop", ["look"])


async def test_the_names_that_are_taken_are_those_of_our_own_tools(database, business):
    front = await ring(database, business, Now())
    assert {END_CALL, *(tool.name for tool in front.office.tools)} == OURS
