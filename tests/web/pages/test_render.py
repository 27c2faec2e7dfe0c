"""What every page has in common."""

import pytest

from web.pages.render import STATIC, render, static_url


@pytest.mark.parametrize("sign", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
def test_no_sign_that_turns_the_text_around_comes_into_a_page(sign):
    page = render("en", "login.html", email=f"a{sign}b", next=f'"{sign}<', problem=None)
    assert sign not in page
    assert 'value="ab"' in page
    assert 'value="&#34;&lt;"' in page


def test_a_file_is_named_by_its_content():
    file = STATIC["frontdesk.css"]
    assert static_url("frontdesk.css") == f"/static/{file.version}/frontdesk.css"
