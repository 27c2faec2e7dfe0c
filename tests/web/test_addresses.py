"""Whose request it is, by what the peer and the proxies before us say."""

import pytest

from web.addresses import address_of, counted_customer, customer_of, forwarded_customer

PROXY = "10.0.0.9"


@pytest.mark.parametrize(
    ("written", "customer"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9:5555", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:cb00:7109", "203.0.113.9"),
        ("[::ffff:203.0.113.9]:5555", "203.0.113.9"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:DB8:0:1:ffff::6", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::5]", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::5]:443", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_an_address_counts_as_its_customer_however_it_is_written(written, customer):
    assert customer_of(address_of(written)) == customer
    assert forwarded_customer([written], 1, PROXY) == customer


@pytest.mark.parametrize(
    "written", ["unknown", "_hidden", "1.2.3", "1.2.3.4.5:80", "[", "[]:1", "x:1", ":", '"']
)
def test_what_is_no_address_counts_as_the_peers(written):
    assert address_of(written) is None
    assert forwarded_customer([f"203.0.113.9, {written}"], 1, PROXY) == PROXY


@pytest.mark.parametrize(
    ("lines", "proxies", "customer"),
    [
        ([], 0, PROXY),
        (["203.0.113.9"], 0, PROXY),  # no proxy of ours: anybody can have written it
        ([], 1, PROXY),
        (["203.0.113.9"], 2, PROXY),
        (["192.0.2.1, 203.0.113.9"], 1, "203.0.113.9"),
        (["192.0.2.1", "203.0.113.9"], 1, "203.0.113.9"),  # HAProxy adds a line of its own
        (["192.0.2.1, 203.0.113.9", "10.0.0.8"], 2, "203.0.113.9"),
        (["192.0.2.1", "203.0.113.9,10.0.0.8"], 2, "203.0.113.9"),
        (["192.0.2.1,", "", " , 203.0.113.9 ,"], 1, "203.0.113.9"),
    ],
)
def test_all_lines_are_one_list_that_is_read_from_the_right(lines, proxies, customer):
    assert forwarded_customer(lines, proxies, PROXY) == customer


def test_a_peer_without_an_address_counts_as_itself():
    assert forwarded_customer([], 1, "unknown") == "unknown"
    assert forwarded_customer([], 0, "::ffff:203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize(
    "ours", ["127.0.0.1", "10.0.0.9", "172.17.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.9"]
)
def test_a_proxy_of_ours_is_no_customer_but_anybody_is_where_there_are_none(ours):
    assert counted_customer(ours, proxies=1) is None
    assert counted_customer(ours, proxies=0) == customer_of(address_of(ours))


@pytest.mark.parametrize("proxies", [0, 1])
def test_an_address_of_the_internet_is_a_customers(proxies):
    assert counted_customer("8.8.8.8", proxies) == "8.8.8.8"
    assert counted_customer("2600:1234::1", proxies) == "2600:1234::/64"
