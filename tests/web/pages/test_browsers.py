import pytest

from web.pages.browsers import browser_and_system

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "named"),
    [
        (f"{MAC} Chrome/141.0.0.0 Safari/537.36", ("Chrome", "Mac")),
        (f"{MAC} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", ("Edge", "Mac")),
        (f"{MAC} Version/17.0 Safari/605.1.15", ("Safari", "Mac")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Linux")),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
            " SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            ("Samsung Internet", "Android"),
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " CriOS/141.0.0.0 Mobile/15E148 Safari/604.1",
            ("Chrome", "iPad"),
        ),
        ("curl/8.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(user_agent, named):
    assert browser_and_system(user_agent) == named
