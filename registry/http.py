"""The one way out: a guarded HTTP client. Addresses are checked after DNS, on the connection itself, at each hop."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from registry.exceptions import (
    AddressRefused,
    BodyTooLarge,
    FetchFailed,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 15.0, 30.0
MOST_WIRE, MOST_DECODED = 5_000_000, 10_000_000
#: Above this size a body may not unpack to more than so many times its bytes on the wire.
RATIO_FROM, MOST_RATIO = 1_000_000, 50
MOST_REDIRECTS = 5
USER_AGENT = "SEAM/1 (critical minerals register)"
_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}

#: Special ranges that Python's `is_global` lets through, or whose inner address it does not look at.
_REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in ("::/96", "fec0::/10", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16", "100.64.0.0/10",
                "192.88.99.0/24", "::ffff:0:0:0/96", "5f00::/16")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. ``wire_bytes`` as sent (compressed), ``ms`` from first connect to last byte.

    ``etag`` and ``last_modified`` are the header values byte for byte, to be sent back unchanged.
    ``hops`` are (status, address) of the redirects followed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    final_url: str
    etag: str
    last_modified: str
    wire_bytes: int
    ms: int
    hops: tuple[tuple[int, str], ...] = field(default=())

    @property
    def unchanged(self) -> bool:
        return self.status == 304


def fetch(url: str, *, etag: str = "", last_modified: str = "", accept: str = "*/*") -> Response:
    """GET an address on the open web, conditionally where validators are given; redirects are followed by hand.

    Raises AddressRefused, Unreachable, TooSlow, BodyTooLarge, TooManyRedirects, all children of FetchFailed.
    """
    started = time.monotonic()
    deadline = started + TOTAL_SECONDS
    headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    headers |= {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
    hops: list[tuple[int, str]] = []
    with _session() as session, _cut_off(deadline):
        while True:
            response = _get(session, check_url(url), headers, deadline)
            with response:
                target = response.headers.get("Location", "") if response.status_code in _REDIRECTS else ""
                if not target:
                    return _read(response, url, deadline, started, tuple(hops))
            hops.append((response.status_code, url))
            if len(hops) > MOST_REDIRECTS:
                raise TooManyRedirects(
                    f"{hops[0][1]} redirects more than {MOST_REDIRECTS} times; give its last address."
                )
            url = urljoin(url, target)


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Response:
    """POST to an address on the open web, under the same guard as `fetch`; a redirect is an answer, not followed.

    ``seconds``: the longest that the whole may take. The body of the answer is not read. Raises as `fetch` does.
    """
    started = time.monotonic()
    deadline = started + seconds
    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
    with _session() as session, _cut_off(deadline):
        response = _send(session, "POST", check_url(url), sent, deadline, body)
        with response:
            ms = int((time.monotonic() - started) * 1000)
            plain = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, plain, b"", url, "", "", 0, ms)


def check_url(url: str) -> str:
    """Refuse what is no plain web address before anything is resolved; give it back without its fragment."""
    if any(ord(char) <= 32 or char == "\\" for char in url):
        raise AddressRefused(f"'{url[:200]}' has a space, control character or backslash in it.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"'{url[:200]}' is no web address: {error}.") from error
    if parts.scheme not in _PORTS:
        raise AddressRefused(f"Only http and https addresses are fetched, not '{parts.scheme or url[:200]}'.")
    if not parts.hostname:
        raise AddressRefused(f"'{url[:200]}' names no host.")
    if "@" in parts.netloc:
        raise AddressRefused("An address must not carry a user name or password.")
    _check_port(parts, port)
    return urlunsplit(parts._replace(fragment=""))


def _check_port(parts: SplitResult, port: int | None) -> None:
    host, number = parts.hostname or "", port if port is not None else _PORTS[parts.scheme]
    if number not in _PORTS.values() and not is_allowed(host, number):
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
            f"{address} is not on the open internet; FETCH_ALLOW can name a host and port of an intranet."
        )


# ------------------------------------------------------------------ the connection


def _connect(host: str, port: int, deadline: float, socket_options: Any) -> socket.socket:
    """Resolve, check every address, and connect to a checked one: nothing is resolved a second time."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {host} does not resolve.") from error
    if not is_allowed(host, port):
        for *_, address in found:
            check_address(str(address[0]))
    problem: OSError | None = None
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            for option in socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(max(0.1, min(CONNECT_SECONDS, deadline - time.monotonic())))
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    raise Unreachable(f"{host} does not answer on port {port}: {problem or 'no address'}.") from problem


#: The connections of the fetch that this thread has in hand, and when it must be over.
_current = threading.local()


@contextmanager
def _cut_off(deadline: float) -> Iterator[None]:
    """Shut the connections at the deadline: a server may drip its header lines for ever without a read timing out."""
    _current.deadline, _current.connections = deadline, []
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), _shut, [_current.connections])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _current.connections = []


def _shut(connections: list[Any]) -> None:
    for connection in connections:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)


class _Checked:
    """A connection that looks at the address it connects to."""

    host: str
    port: int
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        _current.connections.append(self)
        return _connect(self.host, self.port, _current.deadline, self.socket_options)


class _Http(_Checked, HTTPConnection):
    pass


class _Https(_Checked, HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, no .netrc: a proxy would connect where we cannot look
    session.max_redirects = 0
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(max_retries=0))
    return session


def _get(session: requests.Session, url: str, headers: dict[str, str], deadline: float) -> requests.Response:
    return _send(session, "GET", url, headers, deadline)


def _send(
    session: requests.Session, method: str, url: str, headers: dict[str, str], deadline: float, body: bytes = b""
) -> requests.Response:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TooSlow(f"No whole answer within {TOTAL_SECONDS:.0f} seconds.")
    timeout = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
    try:
        return session.request(
            method, url, data=body or None, headers=headers, timeout=timeout, stream=True, allow_redirects=False
        )
    except FetchFailed:
        raise
    except requests.exceptions.Timeout as error:
        raise TooSlow(f"No answer within {READ_SECONDS:.0f} seconds.") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, UnicodeError, ValueError) as error:
        if time.monotonic() >= deadline:
            raise TooSlow(f"No whole answer within {TOTAL_SECONDS:.0f} seconds.") from error
        raise _reason(error) from error


def _reason(error: BaseException) -> FetchFailed:
    """Our own refusal, if it lies inside what the libraries wrapped around it."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, FetchFailed):
            return inner
        inner = next((arg for arg in getattr(inner, "args", ()) if isinstance(arg, BaseException)), inner.__cause__)
    return Unreachable(f"The connection failed: {type(error).__name__}.")


# ------------------------------------------------------------------ the body


def _read(response: requests.Response, url: str, deadline: float, started: float, hops: Any) -> Response:
    wire = 0

    def count(chunks: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal wire
        for chunk in chunks:
            wire += len(chunk)
            if wire > MOST_WIRE:
                raise BodyTooLarge(f"More than {MOST_WIRE // 1_000_000} MB were sent.")
            yield chunk

    try:
        chunks = count(_raw(response, deadline))
        body = b"" if response.status_code == 304 else _decode(chunks, response, lambda: wire)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, zlib.error) as error:
        if time.monotonic() >= deadline or isinstance(error, (urllib3.exceptions.ReadTimeoutError, TimeoutError)):
            raise TooSlow(f"The answer stopped for {READ_SECONDS:.0f} seconds.") from error
        raise Unreachable(f"The answer broke off: {type(error).__name__}.") from error
    headers = {name.lower(): value for name, value in response.headers.items()}
    ms = int((time.monotonic() - started) * 1000)
    return Response(
        response.status_code,
        headers,
        body,
        url,
        headers.get("etag", ""),
        headers.get("last-modified", ""),
        wire,
        ms,
        hops,
    )


def _raw(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """The bytes as they come, checked against the clock after each piece, however slowly they drip."""
    raw = response.raw
    while True:
        if time.monotonic() > deadline:
            raise TooSlow(f"No whole answer within {TOTAL_SECONDS:.0f} seconds.")
        _shorten(raw, deadline)
        chunk = (
            raw.read1(_CHUNK, decode_content=False) if hasattr(raw, "read1") else raw.read(_CHUNK, decode_content=False)
        )
        if not chunk:
            return
        yield chunk


def _shorten(raw: Any, deadline: float) -> None:
    """Let no single read wait longer than what is left of the whole time."""
    sock = getattr(getattr(raw, "_connection", None), "sock", None)
    if sock is not None:
        sock.settimeout(max(0.1, min(READ_SECONDS, deadline - time.monotonic())))


def _decode(chunks: Iterator[bytes], response: requests.Response, wire: Any) -> bytes:
    """Unpack gzip and deflate piece by piece, so that a bomb stops at its limit and not in memory."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return b"".join(chunks)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchFailed(f"The answer is packed as '{encoding[:40]}', which was not asked for.")
    unpack, out, size = _unpacker(encoding), [], 0
    for chunk in chunks:
        for piece in unpack(chunk):
            size += len(piece)
            if size > MOST_DECODED or (size > RATIO_FROM and size > MOST_RATIO * wire()):
                raise BodyTooLarge(f"The answer unpacks to more than it may ({size} bytes of {wire()} sent).")
            out.append(piece)
    return b"".join(out)


def _unpacker(encoding: str) -> Any:
    machine = zlib.decompressobj(16 + zlib.MAX_WBITS if encoding != "deflate" else zlib.MAX_WBITS)
    return partial(_unpack, {"machine": machine, "raw_tried": encoding != "deflate"})


def _unpack(state: dict[str, Any], chunk: bytes) -> Iterator[bytes]:
    while chunk:
        try:
            piece = state["machine"].decompress(chunk, _CHUNK * 4)
        except zlib.error:
            if state["raw_tried"]:
                raise
            # some servers send deflate without its header
            state["machine"], state["raw_tried"] = zlib.decompressobj(-zlib.MAX_WBITS), True
            continue
        state["raw_tried"] = True
        yield piece
        rest: bytes = state["machine"].unconsumed_tail
        if state["machine"].eof:
            rest = state["machine"].unused_data
            if not rest.startswith(b"\x1f\x8b"):
                return
            state["machine"] = zlib.decompressobj(16 + zlib.MAX_WBITS)
        chunk = rest
