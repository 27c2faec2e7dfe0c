"""What strangers send through the real HAProxy and the real nginx. `make siege` sends thousands of it."""

import pytest
import trio

from tests.web.door import (
    AT_ONCE_S,
    PREFACE,
    all_of,
    answer,
    door,
    get,
    h2c,
    open_house,
    post,
    readable,
    until,
)
from tests.web.proxies import HAPROXY, NGINX, haproxy, nginx

pytestmark = [
    pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]


async def test_half_requests_through_haproxy_cost_nobody_an_answer(tmp_path):
    behind = door(most=10, proxies=1)
    async with open_house(behind) as house, haproxy(tmp_path, house.port) as knock:
        halves = [await knock() for _ in range(40)]
        for stream in halves:
            await stream.send_all(post())
        await until(
            lambda: sum(readable(stream.socket) for stream in halves) == 30
        )  # told that theirs is lost
        async with await knock() as stream:
            await stream.send_all(get())
            assert await answer(stream) == (200, b"now")
        assert len(behind.admission) <= 10
        for stream in halves:
            await trio.aclose_forcefully(stream)


@pytest.mark.parametrize("half", [post(), post("/nowhere"), get("/now", "Content-Length: 9")])
async def test_haproxy_is_told_at_once_of_a_request_that_is_given_up(tmp_path, half):
    behind = door(body_s=AT_ONCE_S, linger_s=AT_ONCE_S, proxies=1)
    async with open_house(behind) as house, haproxy(tmp_path, house.port) as knock, await knock() as stream:
        await stream.send_all(half)
        assert (await stream.receive_some()).startswith(
            (b"HTTP/1.1 408 ", b"HTTP/1.1 404 ", b"HTTP/1.1 200 ")
        )
        await house.empty()


async def test_no_tunnel_of_http_2_leads_through_nginx_past_what_it_keeps_to_itself(tmp_path):
    async with open_house(door(proxies=1)) as house, nginx(tmp_path, house.port) as knock:
        for _ in range(6):
            async with await knock() as stream:
                await stream.send_all(h2c("/nowhere"))
                assert (await answer(stream))[0] == 404
                await stream.send_all(PREFACE)
                assert (await all_of(stream)).startswith(b"HTTP/1.1 400 ")  # nginx itself
