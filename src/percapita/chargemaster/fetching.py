"""Fetch a public file over HTTP with bounds: schemes, redirects, size and time.

An address of a private network is refused unless the person named its host: what a website lists must not make this
program knock on doors inside.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

AGENT = "percapita"
CHUNK = 1 << 16
REDIRECTS = 5


class FetchError(Exception):
    """Say why something cannot be fetched."""


@dataclass(frozen=True)
class Limits:
    """Hold the bounds: bytes of a file, seconds without an answer, seconds in all, hosts that may be private."""

    most: int
    patience: float = 30.0
    total: float = 3600.0
    trusted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fetched:
    """Hold what came: from where in the end, how many bytes, their hash."""

    url: str
    bytes: int
    sha256: str


def fetch(url: str, to: Path, limits: Limits) -> Fetched:
    """Write what is found under an address to a file. Raises FetchError."""
    host = urllib.parse.urlsplit(url).hostname
    if urllib.parse.urlsplit(url).scheme not in ("http", "https") or not host:
        raise FetchError("not an address that begins with http:// or https://")
    request = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})  # noqa: S310
    begun = time.monotonic()
    try:
        with _opener(limits).open(request, timeout=limits.patience) as answer, to.open("wb") as file:
            return _received(answer, file, limits, begun)
    except urllib.error.HTTPError as error:
        with error:
            raise FetchError(f"the server answers {error.code} {error.reason}".rstrip()) from None
    except urllib.error.URLError as error:
        reason = error.reason
        raise FetchError(str(getattr(reason, "strerror", None) or reason).lower()) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FetchError(str(getattr(error, "strerror", None) or error).lower() or type(error).__name__) from None


def _received(answer: Any, file: IO[bytes], limits: Limits, begun: float) -> Fetched:
    told = answer.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > limits.most:
        raise FetchError(f"larger than {limits.most >> 20:,} MB")
    digest, size = hashlib.sha256(), 0
    while data := answer.read(CHUNK):
        size += len(data)
        if size > limits.most:
            raise FetchError(f"larger than {limits.most >> 20:,} MB")
        if time.monotonic() - begun > limits.total:
            raise FetchError(f"not complete after {limits.total:,.0f} seconds")
        digest.update(data)
        file.write(data)
    if told.isdigit() and size < int(told):
        raise FetchError("the connection ended before the file did")
    return Fetched(answer.geturl(), size, digest.hexdigest())


def _opener(limits: Limits) -> urllib.request.OpenerDirector:
    """Return an opener that knows HTTP and nothing else: no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    proxies = urllib.request.getproxies()
    for handler in (
        urllib.request.ProxyHandler(proxies), urllib.request.UnknownHandler(), _Http(limits, "http" in proxies),
        _Https(limits, "https" in proxies), urllib.request.HTTPDefaultErrorHandler(), _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a few redirects, never from HTTPS to HTTP or to another scheme."""

    max_redirections = REDIRECTS
    max_repeats = 2

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        new, old = (urllib.parse.urlsplit(one).scheme for one in (newurl, req.full_url))
        if new not in ("http", "https") or (old == "https" and new == "http"):
            raise FetchError(f"a redirect from {old} to {new} is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _guarded(
    kind: type[http.client.HTTPConnection], limits: Limits, proxied: bool
) -> Callable[..., http.client.HTTPConnection]:
    """Return a maker of connections that look at whom they reached before they say anything."""

    class Guarded(kind):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            reached = ipaddress.ip_address(self.sock.getpeername()[0].partition("%")[0])
            if not proxied and not reached.is_global and self.host.lower() not in limits.trusted:
                self.close()
                raise FetchError(f"{self.host} is an address of a private network; name its host to allow it")

    return Guarded


class _Http(urllib.request.HTTPHandler):
    def __init__(self, limits: Limits, proxied: bool) -> None:
        super().__init__()
        self._make = _guarded(http.client.HTTPConnection, limits, proxied)

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._make, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, limits: Limits, proxied: bool) -> None:
        super().__init__()
        self._make = _guarded(http.client.HTTPSConnection, limits, proxied)

    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._make, req)
