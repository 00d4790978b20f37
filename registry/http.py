"""The one way out: a guarded HTTP client. Addresses are checked after DNS, on the connection itself, at each hop."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import certifi

from registry.addresses import PORTS, check_address, check_url, is_allowed
from registry.exceptions import (
    AddressRefused,
    BodyTooLarge,
    FetchFailed,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

RESOLVE_SECONDS, CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 5.0, 15.0, 30.0
#: So many names may wait for the resolver at once; one that hangs holds its place until the system gives it up.
MOST_RESOLVING = 64
MOST_WIRE, MOST_DECODED = 5_000_000, 10_000_000
#: Above this size a body may not unpack to more than so many times its bytes on the wire.
RATIO_FROM, MOST_RATIO = 1_000_000, 50
MOST_REDIRECTS = 5
USER_AGENT = "SEAM/1 (critical minerals register)"
_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: What may stand in a path or query as it is; all else is percent-encoded.
_SAFE = "%/:?#[]@!$&'()*+,;=~-._"


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


#: Called before a redirect is followed: where it comes from, where it leads, until when an answer must be there.
BeforeHop = Callable[[str, str, float], None]


def fetch(
    url: str, *, etag: str = "", last_modified: str = "", accept: str = "*/*", before_hop: BeforeHop | None = None
) -> Response:
    """GET an address on the open web, conditionally where validators are given; redirects are followed by hand.

    Raises AddressRefused, Unreachable, TooSlow, BodyTooLarge, TooManyRedirects, all children of FetchFailed.
    """
    started = time.monotonic()
    deadline = started + TOTAL_SECONDS
    headers = {"User-Agent": USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    headers |= {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
    hops: list[tuple[int, str]] = []
    while True:
        url = check_url(url)
        with closing(_connection(url, deadline)) as connection:
            answer = _ask(connection, url, headers, deadline)
            target = answer.getheader("Location", "") if answer.status in _REDIRECTS else ""
            if not target:
                return _read(answer, url, deadline, started, tuple(hops))
        hops.append((answer.status, url))
        if len(hops) > MOST_REDIRECTS:
            raise TooManyRedirects(
                f"The address {hops[0][1]} redirects more than {MOST_REDIRECTS} times; give its last address."
            )
        target = check_url(_joined(url, target))
        if before_hop is not None:
            before_hop(url, target, deadline)
        url = target


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Response:
    """POST to an address on the open web, under the same guard as `fetch`; a redirect is an answer, not followed.

    ``seconds``: the longest that the whole may take. The body of the answer is not read. Raises as `fetch` does.
    """
    started = time.monotonic()
    deadline = started + seconds
    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
    url = check_url(url)
    with closing(_connection(url, deadline)) as connection:
        answer = _ask(connection, url, sent, deadline, "POST", body)
        ms = int((time.monotonic() - started) * 1000)
        plain = {name.lower(): value for name, value in answer.getheaders()}
        return Response(answer.status, plain, b"", url, "", "", 0, ms)


def _joined(url: str, target: str) -> str:
    """Where a redirect leads. Header bytes arrive as Latin-1, most servers mean UTF-8."""
    with suppress(UnicodeError):
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, target.strip())
    except ValueError as error:
        raise AddressRefused(f"The server redirects to '{target[:200]}', which is no web address.") from error


# ------------------------------------------------------------------ the connection


class _Clocked:
    """A socket that waits for no piece longer than READ_SECONDS, and for all pieces together until ``deadline``.

    Answers are read through `recv_into`, header lines too: a server that drips them for ever runs out of time.
    """

    deadline: float

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TooSlow(f"No whole answer within {TOTAL_SECONDS:.0f} seconds.")
        self.settimeout(min(READ_SECONDS, left))  # type: ignore[attr-defined]
        received: int = super().recv_into(*args, **kwargs)  # type: ignore[misc]
        return received


class _Plain(_Clocked, socket.socket):
    pass


class _Tls(_Clocked, ssl.SSLSocket):
    pass


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    context.sslsocket_class = _Tls
    return context


#: How names become addresses; tests put another in its place.
resolve = socket.getaddrinfo


_resolving = threading.BoundedSemaphore(MOST_RESOLVING)


def _resolved(host: str, port: int, deadline: float) -> list[Any]:
    """Resolve in a thread of its own: the system's resolver knows no time limit, and a look must not wait for it.

    A thread that hangs is left behind; when too many do, names are given up at once and no more are begun.
    """
    seconds = max(0.05, min(RESOLVE_SECONDS, deadline - time.monotonic()))
    places = _resolving
    if not places.acquire(timeout=seconds):
        raise Unreachable(f"The name {host} was not resolved: the resolver answers too few of those asked before.")
    answer: SimpleQueue[list[Any] | BaseException] = SimpleQueue()

    def ask() -> None:
        try:
            answer.put(list(resolve(host, port, type=socket.SOCK_STREAM)))
        except BaseException as error:  # raised again by whoever waits
            answer.put(error)
        finally:
            places.release()

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except Empty as error:
        raise Unreachable(f"The name {host} was not resolved within {seconds:.2g} seconds.") from error
    if isinstance(found, (OSError, UnicodeError)):
        raise Unreachable(f"The name {host} does not resolve.") from found
    if isinstance(found, BaseException):
        raise found
    return found


def dial(host: str, port: int, deadline: float) -> socket.socket:
    """Resolve, check every address, and connect to a checked one: nothing is resolved a second time."""
    found = _resolved(host, port, deadline)
    if not is_allowed(host, port):
        for *_, address in found:
            check_address(str(address[0]))
    problem: OSError | None = None
    for family, kind, protocol, _, address in found:
        sock = _Plain(family, kind, protocol)
        sock.deadline = deadline
        try:
            sock.settimeout(max(0.1, min(CONNECT_SECONDS, deadline - time.monotonic())))
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    raise Unreachable(f"The host {host} does not answer on port {port}: {_why(problem)}.") from problem


def _why(problem: OSError | None) -> str:
    if isinstance(problem, TimeoutError):
        return f"no connection within {CONNECT_SECONDS:.0f} seconds"
    return (problem.strerror or type(problem).__name__) if problem else "no address"


def _wrapped(sock: socket.socket, host: str, deadline: float) -> socket.socket:
    sock.settimeout(max(0.1, min(READ_SECONDS, deadline - time.monotonic())))
    try:
        wrapped = _tls().wrap_socket(sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"The certificate of {host} does not hold: {error.verify_message}.") from error
    except (OSError, ValueError) as error:
        raise Unreachable(f"No secure connection to {host} comes about: {type(error).__name__}.") from error
    wrapped.deadline = deadline  # type: ignore[attr-defined]
    return wrapped


def _connection(url: str, deadline: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if time.monotonic() >= deadline:
        raise TooSlow(f"No whole answer within {TOTAL_SECONDS:.0f} seconds.")
    connection = http.client.HTTPConnection(host, port)
    # the name of another default port would be sent along
    connection.default_port = PORTS[parts.scheme]
    sock = dial(host, port, deadline)
    try:
        connection.sock = _wrapped(sock, host, deadline) if parts.scheme == "https" else sock
    except FetchFailed:
        sock.close()
        raise
    return connection


def _ask(
    connection: http.client.HTTPConnection,
    url: str,
    headers: dict[str, str],
    deadline: float,
    method: str = "GET",
    body: bytes | None = None,
) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    target = quote(urlunsplit(("", "", parts.path or "/", parts.query, "")), safe=_SAFE)
    try:
        connection.request(method, target, body, headers)
        return connection.getresponse()
    except FetchFailed:
        raise
    except TimeoutError as error:
        raise _late(deadline, "No answer came") from error
    except http.client.HTTPException as error:
        raise Unreachable("What answers there does not speak HTTP, or breaks off before it says anything.") from error
    except (OSError, ValueError) as error:
        raise Unreachable(f"The connection failed: {type(error).__name__}.") from error


def _late(deadline: float, what: str) -> TooSlow:
    if time.monotonic() >= deadline - 0.05:
        return TooSlow(f"No whole answer within {TOTAL_SECONDS:.0f} seconds.")
    return TooSlow(f"{what} for {READ_SECONDS:.0f} seconds.")


# ------------------------------------------------------------------ the body


def _read(
    answer: http.client.HTTPResponse, url: str, deadline: float, started: float, hops: tuple[tuple[int, str], ...]
) -> Response:
    wire = [0]
    try:
        body = b"" if answer.status == 304 else _decode(_raw(answer, wire), answer, wire)
    except TimeoutError as error:
        raise _late(deadline, "The answer stopped") from error
    except zlib.error as error:
        raise Unreachable("The answer is not packed in the way its header says.") from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise Unreachable(f"The answer broke off: {type(error).__name__}.") from error
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Response(
        status=answer.status,
        headers=headers,
        body=body,
        final_url=url,
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
        wire_bytes=wire[0],
        ms=int((time.monotonic() - started) * 1000),
        hops=hops,
    )


def _raw(answer: http.client.HTTPResponse, wire: list[int]) -> Iterator[bytes]:
    """The bytes as they come, counted in ``wire``."""
    while chunk := answer.read1(_CHUNK):
        wire[0] += len(chunk)
        if wire[0] > MOST_WIRE:
            raise BodyTooLarge(f"More than {MOST_WIRE // 1_000_000} MB were sent.")
        yield chunk
    if answer.length:
        raise Unreachable("The answer broke off: fewer bytes came than its header says.")


def _decode(chunks: Iterator[bytes], answer: http.client.HTTPResponse, wire: list[int]) -> bytes:
    """Unpack gzip and deflate piece by piece, so that a bomb stops at its limit and not in memory."""
    encoding = answer.getheader("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return b"".join(chunks)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchFailed(f"The answer is packed as '{encoding[:40]}', which was not asked for.")
    unpack, out, size = _unpacker(encoding), [], 0
    for chunk in chunks:
        for piece in unpack(chunk):
            size += len(piece)
            if size > MOST_DECODED or (size > RATIO_FROM and size > MOST_RATIO * wire[0]):
                raise BodyTooLarge(f"The answer unpacks to more than it may ({size} bytes of {wire[0]} sent).")
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
