"""Which addresses are fetched: plain web addresses on the open internet, and what FETCH_ALLOW names."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings

from registry.exceptions import AddressRefused

PORTS = {"http": 80, "https": 443}

#: Special ranges that Python's `is_global` lets through, or whose inner address it does not look at.
_REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in ("::/96", "fec0::/10", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "100.64.0.0/10",
                "192.88.99.0/24", "::ffff:0:0:0/96", "5f00::/16")
)  # fmt: skip


def check_url(url: str) -> str:
    """Refuse what is no plain web address before anything is resolved; give it back without its fragment."""
    if any(ord(char) <= 32 or char == "\\" for char in url):
        raise AddressRefused(f"'{url[:200]}' has a space, control character or backslash in it.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"'{url[:200]}' is no web address: {error}.") from error
    if parts.scheme not in PORTS:
        raise AddressRefused(f"Only http and https addresses are fetched, not '{parts.scheme or url[:200]}'.")
    if not parts.hostname:
        raise AddressRefused(f"'{url[:200]}' names no host.")
    if "@" in parts.netloc:
        raise AddressRefused("An address must not carry a user name or password.")
    _check_port(parts, port)
    return urlunsplit(parts._replace(fragment=""))


def _check_port(parts: SplitResult, port: int | None) -> None:
    host, number = parts.hostname or "", port if port is not None else PORTS[parts.scheme]
    if number not in PORTS.values() and not is_allowed(host, number):
        raise AddressRefused(f"Port {number} is not fetched from: only 80 and 443, or what FETCH_ALLOW names.")


def is_allowed(host: str, port: int) -> bool:
    """Whether FETCH_ALLOW names this host and port: the only ones that may be private."""
    return f"{host.strip('[]').lower()}:{port}" in {
        entry.lower().replace("[", "").replace("]", "") for entry in settings.FETCH_ALLOW
    }


def check_address(address: str) -> None:
    """Refuse an address that is not on the open internet, also where it hides inside an IPv6 one."""
    ip = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(ip, "ipv4_mapped", None)
    if inner is not None:
        ip = inner
    refused = not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or "%" in address
    if refused or any(ip.version == net.version and ip in net for net in _REFUSED):
        raise AddressRefused(
            f"The address {address} is not on the open internet; FETCH_ALLOW can name a host and port of an intranet."
        )
