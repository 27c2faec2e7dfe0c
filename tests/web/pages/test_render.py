"""What every page has in common."""

from itertools import pairwise

import pytest
import trio

from web.pages.render import STATIC, pieces, render, render_in_slices, static_url


@pytest.mark.parametrize("sign", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
def test_no_sign_that_turns_the_text_around_comes_into_a_page(sign):
    page = render("en", "login.html", email=f"a{sign}b", next=f'"{sign}<', problem=None)
    assert sign not in page
    assert 'value="ab"' in page
    assert 'value="&#34;&lt;"' in page


def test_a_file_is_named_by_its_content():
    file = STATIC["frontdesk.css"]
    assert static_url("frontdesk.css") == f"/static/{file.version}/frontdesk.css"


async def test_calls_go_on_between_the_pieces_of_a_page():
    ran = []

    async def a_call():
        while True:
            ran.append(len(made))
            await trio.lowlevel.checkpoint()

    made = []
    long_page = pieces("en", "login.html", email="", next="", problem=None)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(a_call)
        html = await render_in_slices((made.append(piece) or piece for piece in long_page), slice_s=0.0)
        nursery.cancel_scope.cancel()
    assert html == render("en", "login.html", email="", next="", problem=None)
    assert len(made) > 10
    assert max(after - before for before, after in pairwise(ran)) <= 2  # Trio shuffles who is ready
