"""What is published is fetched from a server on this machine: reachable, valid, fresh, and what was checked, or not."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from percapita.chargemaster.fetching import FetchError, Limits, fetch
from percapita.chargemaster.watching import Expected, Look, watch
from percapita.chargemaster.webpage import Listed, index_text, merged, read_index
from percapita.errors import InputError
from tests.chargemaster.book import JSON_EXAMPLE, TALL_EXAMPLE, tall

NAME = "123456789_west-mercy-hospital_standardcharges.csv"
PATH = f"/files/{NAME}"
LIMITS = Limits(1 << 20, patience=5, total=20)
Answer = Callable[[BaseHTTPRequestHandler], None]


def content(data: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in (
            {"Content-Length": str(len(data))} | {key.replace("_", "-"): one for key, one in headers.items()}
        ).items():
            to.send_header(name, value)
        to.end_headers()
        to.wfile.write(data)

    return answer


@contextmanager
def site(pages: dict[str, Answer]) -> Iterator[str]:
    """Serve pages on this machine; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):  # the reader hung up
                pages.get(self.path, content(b"nothing", 404))(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def index(url: str, location: str = "West Mercy") -> bytes:
    return index_text([Listed(location, url, url, "Ann Lee", "ann@hospital.example")]).encode()


def looked(
    target: str, on: date = date(2026, 6, 1), receipts: tuple[dict[str, Any], ...] = (), limits: Limits = LIMITS
) -> list[Look]:
    return list(watch(target, Expected(on, 12, receipts), limits))


def codes(look: Look) -> list[str]:
    return [one.code for one in look.remarks]


def test_a_website_is_followed_from_its_index() -> None:
    pages = {PATH: content(TALL_EXAMPLE.read_bytes())}
    with site(pages) as home:
        pages["/cms-hpt.txt"] = content(index(home + PATH) + b"\n" + index(home + PATH, "West Mercy Surgical Center"))
        for target in (home, f"{home}/cms-hpt.txt", f"{home}/any/page"):
            (look,) = looked(target)
            assert (look.good, look.valid, look.remarks) == (True, True, ())
            assert look.locations == ("West Mercy", "West Mercy Surgical Center")
            assert (look.updated_on, look.due) == (date(2026, 4, 1), date(2027, 4, 1))
        (look,) = looked(home + PATH)
        assert (look.good, look.locations) == (True, ())


@pytest.mark.parametrize(
    ("data", "on", "expected"),
    [
        (TALL_EXAMPLE.read_bytes(), date(2027, 3, 20), ["DUE_SOON"]),
        (TALL_EXAMPLE.read_bytes(), date(2027, 4, 2), ["STALE"]),
        (tall().set(4, "setting", "home").text().encode(), date(2026, 6, 1), ["NOT_VALID"]),
        (tall().set(2, 7, "false").text().encode(), date(2026, 6, 1), ["NOT_ATTESTED"]),
        (gzip.compress(TALL_EXAMPLE.read_bytes()), date(2026, 6, 1), []),
        (JSON_EXAMPLE.read_bytes(), date(2026, 6, 1), []),
        (b"", date(2026, 6, 1), ["NOT_VALID", "NO_DATE"]),
        (b"\x00\xff" * 900, date(2026, 6, 1), ["NOT_VALID", "NO_DATE"]),
        (b"<html>Please accept our terms</html>", date(2026, 6, 1), ["NOT_VALID", "NO_DATE"]),
    ],
    ids=["due soon", "stale", "not valid", "not attested", "packed", "json", "empty", "binary", "a click-through"],
)  # fmt: skip
def test_what_is_said_of_a_file(data: bytes, on: date, expected: list[str]) -> None:
    with site({PATH: content(data)}) as home:
        (look,) = looked(home + PATH, on)
    assert [code for code in codes(look) if code != "NOT_ATTESTED" or "NOT_ATTESTED" in expected] == expected
    assert look.good == (expected in ([], ["DUE_SOON"]))


def receipt(look: Look, on: str, verdict: str = "pass", **changed: str) -> dict[str, Any]:
    return {"file": NAME, "sha256": look.sha256, "on": on, "verdict": verdict} | changed


def test_what_is_there_is_held_against_the_receipts() -> None:
    with site({PATH: content(TALL_EXAMPLE.read_bytes())}) as home:
        (look,) = looked(home + PATH)
        first, other = receipt(look, "2026-05-01"), receipt(look, "2026-05-20", sha256="0" * 64)
        told = [
            ((first,), []), ((other,), ["DRIFT"]), ((first, other), ["OLDER"]), ((receipt(look, "2026-05-01", "stop"),), ["STOPPED"]),
            ((receipt(look, "2026-05-01", "overridden"),), []), ((first | {"file": "x"},), ["NO_RECEIPT"]),
        ]  # fmt: skip
        for receipts, expected in told:
            assert codes(looked(home + PATH, receipts=receipts)[0]) == expected


def test_a_file_and_an_index_on_this_machine(tmp_path: Path) -> None:
    path = tall().save(tmp_path / NAME)
    assert looked(str(path))[0].good
    with site({PATH: content(TALL_EXAMPLE.read_bytes())}) as home:
        listed = tmp_path / "cms-hpt.txt"
        listed.write_bytes(index(home + PATH))
        (look,) = looked(str(listed))
        assert codes(look) == ["UNREACHABLE"]
        assert "private network" in look.remarks[0].message
        (look,) = looked(str(listed), limits=Limits(1 << 20, 5, 20, frozenset({"127.0.0.1"})))
        assert look.good


def slow(to: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def dripping(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.end_headers()
    for _ in range(100):
        to.wfile.write(b"x" * (1 << 16))
        time.sleep(0.05)


def cut_off(to: BaseHTTPRequestHandler) -> None:
    to.send_response(200)
    to.send_header("Content-Length", "500")
    to.end_headers()
    to.wfile.write(b"short")


@pytest.mark.parametrize(
    ("answer", "limits", "said"),
    [
        (content(b"", 404), LIMITS, "404"),
        (content(b"", 500), LIMITS, "500"),
        (content(b"x" * 5000), Limits(1000), "larger than"),
        (dripping, Limits(3 << 16, 5, 20), "larger than"),
        (dripping, Limits(1 << 30, 5, 0.3), "not complete after"),
        (slow, Limits(1000, 0.3, 20), "timed out"),
        (cut_off, LIMITS, "ended before"),
        (content(b"", 302, Location="file:///etc/passwd"), LIMITS, "not"),
        (content(b"", 302, Location="ftp://hospital.example/x"), LIMITS, "not"),
        (content(b"", 302, Location=PATH), LIMITS, "infinite loop"),
        (content(b"", 302, Location="http://[bad"), LIMITS, ""),
        (lambda to: to.wfile.write(b"\x00\x01 no HTTP\r\n"), LIMITS, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_one_remark(answer: Answer, limits: Limits, said: str) -> None:
    with site({PATH: answer}) as home:
        (look,) = looked(home + PATH, limits=limits)
    assert codes(look) == ["UNREACHABLE"]
    assert said in look.remarks[0].message
    assert not look.good


def test_a_redirect_within_the_site_is_followed() -> None:
    with site({"/old.csv": content(b"", 301, Location=PATH), PATH: content(TALL_EXAMPLE.read_bytes())}) as home:
        assert looked(f"{home}/old.csv")[0].valid


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "http://", "nothing", "http:///x", "//host/x"])
def test_only_the_web_is_fetched(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        fetch(url, tmp_path / "x", LIMITS)


def test_a_private_address_is_refused_unless_its_host_was_named(tmp_path: Path) -> None:
    with site({"/x": content(b"x")}) as home:
        with pytest.raises(FetchError, match="private network"):
            fetch(f"{home}/x", tmp_path / "x", Limits(100))
        assert fetch(f"{home}/x", tmp_path / "x", Limits(100, trusted=frozenset({"127.0.0.1"}))).bytes == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"hello: world\n", b"location-name: x\n" * 600])
def test_an_index_without_files_is_wrong_input(data: bytes) -> None:
    with site({"/cms-hpt.txt": content(data)}) as home, pytest.raises(InputError, match="the index names"):
        looked(home)


def test_an_index_that_is_not_there() -> None:
    with site({}) as home, pytest.raises(InputError, match="404"):
        looked(home)


def test_what_an_index_lacks_is_said() -> None:
    with site({"/cms-hpt.txt": content(b"location-name: West\nmrf-url:\n")}) as home:
        (look,) = looked(home)
    assert codes(look).count("INDEX_INCOMPLETE") == 4
    assert not look.good


def test_indexes_are_read_and_merged() -> None:
    text = "\ufeffLocation-Name: A\r\nsource-page-url: p\r\nmrf-url: u\r\ncontact-name: c\r\ncontact-email: e\r\n\r\nnoise\n"
    a = Listed("A", "p", "u", "c", "e")
    assert read_index(text) == [a]
    new, other = Listed("a", "p", "new", "c", "e"), Listed("B", "p", "u", "c", "e")
    assert merged([a, other], [new]) == [new, other]
    assert merged([other], [new]) == [other, new]
    assert read_index(index_text([a, other])) == [a, other]
