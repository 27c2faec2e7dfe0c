"""Network addresses as peers and proxies write them, and whose they count as. Plain code."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_CUSTOMER_BITS = 64  # of IPv6: whoever has one address of such a network has all of them


def address_of(text: str) -> Address | None:
    """Read the address in `1.2.3.4`, `1.2.3.4:5555`, `2001:db8::1` or `[2001:db8::1]:5555`; None if none.

    An IPv4 address that came over an IPv6 socket (`::ffff:1.2.3.4`, RFC 4291 2.5.5.2) is the IPv4 address.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if address.version == 6 else address


def customer_of(address: Address) -> str:
    """Return whose address it is: of IPv6 the network, since its customer has all the addresses in it."""
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), _CUSTOMER_BITS), strict=False))


def forwarded_customer(lines: list[str], proxies: int, peer: str) -> str:
    """Return whose request our outermost proxy took, by the X-Forwarded-For lines and the peer we see.

    The lines are one list (RFC 9110 5.2), to which each proxy appends whom it saw; what stands left of our
    own proxies' entries anybody can have written. Where no readable address stands in its place, it is the
    peer's request: not everybody else's whose address can't be read either.
    """
    entries = [entry for line in lines for entry in line.split(",") if entry.strip()]
    address = address_of(entries[-proxies]) if 0 < proxies <= len(entries) else None
    address = address or address_of(peer)
    return customer_of(address) if address else peer


def counted_customer(peer: str, proxies: int) -> str | None:
    """Return whose connection it is, for a limit on how many one may have; None for a proxy of our own.

    That is what stands on this machine or in a private network, while there are proxies of ours at all.
    """
    address = address_of(peer)
    if address is None or (proxies and address.is_private):
        return None
    return customer_of(address)
