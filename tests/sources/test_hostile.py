"""Files that are cut off, packed, encoded, nested or made to do harm: a reject or one line, and the good rows stand."""

from __future__ import annotations

import base64
import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percapita.errors import InputError
from percapita.sources import atna, ldif
from tests.sources.reading import FORMATS, Read, read, read_text

FHIR = (FORMATS / "fhir-auditevent.ndjson").read_text(encoding="utf-8")
LINES = FHIR.splitlines()
BUNDLE = (FORMATS / "fhir-auditevent-bundle.json").read_text(encoding="utf-8")
XML = (FORMATS / "atna.xml").read_text(encoding="utf-8")
SYSLOG = (FORMATS / "atna-syslog.log").read_text(encoding="utf-8")
LDIF = (FORMATS / "ldif.ldif").read_text(encoding="utf-8")
EXAMPLES = {
    "fhir-auditevent.ndjson": FHIR,
    "fhir-auditevent-bundle.json": BUNDLE,
    "atna.xml": XML,
    "atna-syslog.log": SYSLOG,
    "ldif.ldif": LDIF,
    "okta-log.json": (FORMATS / "okta-log.json").read_text(encoding="utf-8"),
}
PRESETS = {
    "fhir-auditevent.ndjson": "fhir-auditevent",
    "fhir-auditevent-bundle.json": "fhir-auditevent",
    "atna.xml": "atna",
    "atna-syslog.log": "atna",
    "ldif.ldif": "ldif",
    "okta-log.json": "okta-log",
}
PACKED: dict[str, Callable[[str], bytes]] = {
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-8 with mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "gz": lambda text: gzip.compress(text.encode()),
    "zst": lambda text: bytes(pa.compress(text.encode(), codec="zstd", asbytes=True)),
    "Windows lines": lambda text: text.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("name", EXAMPLES)
def test_packing_and_encoding_change_nothing(name: str, packing: str, tmp_path: Path) -> None:
    plain = read(tmp_path, FORMATS / name, PRESETS[name])
    suffix = {"gz": ".gz", "zst": ".zst"}.get(packing, "")
    packed = read_text(tmp_path, PACKED[packing](EXAMPLES[name]), name + suffix, PRESETS[name])
    assert packed.rows == plain.rows
    assert packed.rejects == plain.rejects


def fhir(folder: Path, lines: list[str], name: str = "x.ndjson") -> Read:
    return read_text(folder, "\n".join(lines) + "\n", name, "fhir-auditevent")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{" * 50_000, "not valid JSON"),
        ('{"agent": ' + "[" * 50_000 + "]" * 50_000 + "}", "nested too deeply"),
        ('{"x": ' + '{"x":' * 50_000 + "1" + "}" * 50_001, "nested too deeply"),
        (LINES[0][:300], "not valid JSON"),
        ('["a list"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"resourceType": "Patient", "name": "Zqxa"}', "missing"),
        ('{"agent": {"requestor": true, "altId": {"deep": 1}}, "recorded": "2026-01-05"}', "missing"),
    ],
)
def test_one_bad_line_among_good_ones_is_a_reject(bad: str, reason: str, tmp_path: Path) -> None:
    found = fhir(tmp_path, [*LINES[:3], bad, *LINES[3:]])
    assert (len(found.rows), found.rejects) == (7, [(4, reason)])


@pytest.mark.parametrize("bad", ['{"agent": ' + "[" * 50_000 + "]" * 50_000 + "}", "5", "[[[]]]"])
def test_one_bad_object_among_good_ones_is_a_reject(bad: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, f"[{LINES[0]},\n{bad},\n{LINES[1]}]", "x.json", "fhir-auditevent")
    assert [reject[0] for reject in found.rejects] == [2]
    assert found.column("row") == [1, 3]


def test_many_keys_and_long_values_cost_nothing(tmp_path: Path) -> None:
    wide = json.loads(LINES[0]) | {f"key{number}": [number] for number in range(10_000)} | {"note": "x" * 1_000_000}
    found = fhir(tmp_path, [json.dumps(wide)] * 20)
    assert (len(found.rows), found.rejects) == (20, [])


def test_pages_of_an_interface_one_a_line(tmp_path: Path) -> None:
    event = json.loads((FORMATS / "entra-sign-ins.json").read_text(encoding="utf-8"))["value"][0]
    pages = [{"@odata.nextLink": "x", "value": [event, event]}, {"value": []}, {"value": [event]}]
    text = "\n".join(json.dumps(page) for page in pages)
    found = read_text(tmp_path, text, "pages.ndjson", "entra-sign-ins")
    assert (found.column("row"), found.rejects) == ([1, 2, 3], [])


@pytest.mark.parametrize("text", [BUNDLE[: len(BUNDLE) // 2], "[" + LINES[0] + "," + LINES[1][:100], BUNDLE[:-3]])
def test_a_document_that_is_cut_off_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cut off"):
        read_text(tmp_path, text, "x.json", "fhir-auditevent")


def test_the_last_line_of_a_file_that_is_cut_off_is_a_reject(tmp_path: Path) -> None:
    found = read_text(tmp_path, FHIR[:-100], "x.ndjson", "fhir-auditevent")
    assert found.rejects == [(7, "not valid JSON")]


@pytest.mark.parametrize(
    ("name", "preset", "text", "says"),
    [
        ("x.json", "fhir-auditevent", '{"resourceType": "Patient"}', "no message at the beginning"),
        ("x.json", "okta-log", BUNDLE, "no message at the beginning"),
        ("x.xml", "atna", "<ClinicalDocument><id/></ClinicalDocument>", "holds no AuditMessage"),
        ("x.xml", "atna", LINES[0], "holds no AuditMessage"),
        ("x.xml", "atna", "", "empty"),
        ("x.json", "okta-log", " \n", "empty"),
        ("x.ldif", "ldif", "\n", "empty"),
        ("x.ldif", "ldif", "dn: x\ncn: y\n", "no message at the beginning"),
        ("x.json", "okta-log", "\x00\x01\x02\x03" * 50, "not a text file"),
    ],
)
def test_a_wrong_file_is_refused(name: str, preset: str, text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        read_text(tmp_path, text, name, preset)


MESSAGE = XML[XML.index("<AuditMessage>") : XML.index("</AuditMessage>") + len("</AuditMessage>")]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DECLARED = f'<!DOCTYPE x [<!ENTITY l0 "Zqxa">{LAUGHS}<!ENTITY file SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (MESSAGE.replace("smith@hospital.org", "&l9;"), "not valid XML"),
        (MESSAGE.replace("smith@hospital.org", "&file;"), "not valid XML"),
        (MESSAGE.replace("<AuditMessage>", "<AuditMessage>" + DECLARED), "not valid XML"),
        (MESSAGE.replace("<AuditMessage>", "<AuditMessage>" + "<a>" * 60_000), "nested too deeply"),
        (MESSAGE.replace("<AuditMessage>", "<AuditMessage>" + "<a>" * 40 + "</a>" * 40), "nested too deeply"),
        (MESSAGE.replace("Application", "x" * (2 << 20)), "the audit message is longer than 1 MB"),
        (MESSAGE[:300], "the audit message is cut off"),
        (MESSAGE[len("<AuditMessage>") :], "not valid XML"),
        ("<AuditMessage/>", "missing"),
    ],
)
def test_one_bad_message_among_good_ones_is_a_reject(bad: str, reason: str, tmp_path: Path) -> None:
    text = f"{DECLARED}\n<log>\n{MESSAGE}\n{bad}\n{MESSAGE}\n</log>"
    found = read_text(tmp_path, text, "x.xml", "atna")
    assert (len(found.rows), found.rejects) == (2, [(2, reason)])
    assert {row["account"] for row in found.rows} == {"smith@hospital.org"}


def test_an_end_that_is_cut_off_is_a_reject(tmp_path: Path) -> None:
    found = read_text(tmp_path, XML[:-200], "x.xml", "atna")
    assert (len(found.rows), found.rejects) == (3, [(4, "the audit message is cut off")])


def test_prefixes_frames_and_other_encodings(tmp_path: Path) -> None:
    prefixed = MESSAGE.replace("<", "<a:").replace("<a:/", "</a:")
    frames = "".join(f"{len(one)} <85>1 2026-01-17T21:12:04Z h a p IHE+RFC-3881 - {one}" for one in [MESSAGE, prefixed])
    assert len(read_text(tmp_path, frames, "x.log", "atna").rows) == 2
    latin = MESSAGE.replace("smith", "schmütz").encode("cp1252")
    found = read_text(tmp_path, b'<?xml version="1.0" encoding="ISO-8859-1"?>' + latin, "x.xml", "atna")
    assert found.column("account") == ["schmütz@hospital.org"]


@settings(deadline=None)
@given(st.integers(1, 400), st.sampled_from([XML, SYSLOG, SYSLOG[:2000], XML + SYSLOG]))
def test_audit_messages_in_parts(size: int, text: str) -> None:
    data = text.encode()
    parts = iter([data[at : at + size] for at in range(0, len(data), size)])
    whole = iter([data])
    in_parts = list(atna._pieces(lambda _: next(parts, b"")))
    assert in_parts == list(atna._pieces(lambda _: next(whole, b"")))


ATTRIBUTES = st.lists(
    st.tuples(st.sampled_from(["uid", "cn", "sn"]), st.text(alphabet="ab: <#ü", min_size=1, max_size=30)),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=200)
@given(st.lists(ATTRIBUTES, min_size=1, max_size=4), st.integers(3, 30), st.booleans(), st.integers(1, 50))
def test_entries_are_read_however_they_are_folded(
    entries: list[list[tuple[str, str]]], width: int, windows: bool, size: int
) -> None:
    text = "version: 1\n# comment\n" + "\n".join(
        "dn: x\n" + "".join(folded(name, value, width) for name, value in entry) for entry in entries
    )
    data = (text.replace("\n", "\r\n") if windows else text).encode()
    parts = iter([data[at : at + size] for at in range(0, len(data), size)])
    found = [
        ldif._entry(lines, frozenset({"uid", "cn", "sn"})) for lines in ldif._entries(lambda _: next(parts, b""), "x")
    ]
    wanted: list[dict[str, list[str]]] = []
    for entry in entries:
        values: dict[str, list[str]] = {}
        for name, value in entry:
            if value.strip():
                values.setdefault(name, []).append(value.strip())
        wanted.append(values)
    assert [one for one in found if one is not None] == wanted


def folded(name: str, value: str, width: int) -> str:
    """Return an attribute as base64 where its value needs it, folded."""
    safe = value.isascii() and value[0] not in " :<" and value == value.strip()
    line = f"{name}: {value}" if safe else f"{name}:: {base64.b64encode(value.encode()).decode()}"
    return "\n ".join(line[at : at + width] for at in range(0, len(line), width)) + "\n"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("dn: x\nuid:: ***", "not valid base64"),
        ("dn: x\nuid jo", "the line is no attribute with a value"),
        ("dn: x\nchangetype: modify\nreplace: uid\nuid: jo\n-", "a change, not an entry"),
        ("dn: x\nuid:< file:///etc/passwd", "missing"),
        ("dn: x\nUID: y" + "\nattr: 1" * 10_000, None),
    ],
)
def test_one_bad_entry_among_good_ones_is_a_reject(bad: str, reason: str | None, tmp_path: Path) -> None:
    found = read_text(tmp_path, f"dn: a\nuid: a\n\n{bad}\n\ndn: b\nUid: b\n", "x.ldif", "ldif")
    assert found.rejects == ([] if reason is None else [(2, reason)])
    assert [row["account_id"] for row in found.rows][::2] == (["a", "b"] if reason is None else ["a"])


def test_a_null_byte_costs_its_message(tmp_path: Path) -> None:
    """At the beginning of a file it says that the file is no text."""
    lines = fhir(tmp_path, [*LINES, *LINES, LINES[0].replace("altId", "alt\x00Id"), "\x00", LINES[1]])
    assert lines.rejects == [(15, "not valid JSON"), (16, "not valid JSON")]
    listed = [*LINES, *LINES, '{"recorded": "\x00"}', LINES[1]]
    found = read_text(tmp_path, f"[{','.join(listed)}]", "x.json", "fhir-auditevent")
    assert found.rejects == [(15, "not valid JSON")]
    text = MESSAGE * 8 + MESSAGE.replace("Application", "a\x00b") + MESSAGE
    assert read_text(tmp_path, text, "x.xml", "atna").rejects == [(9, "not valid XML")]


@pytest.mark.slow
@settings(deadline=None, max_examples=400)
@given(st.data())
def test_files_with_bytes_changed_are_read_or_refused(data: st.DataObject) -> None:
    """A corpus of the examples, with bytes cut out, doubled and overwritten anywhere."""
    name = data.draw(st.sampled_from(sorted(EXAMPLES)))
    content = bytearray(EXAMPLES[name].encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 60))
        content[at : at + length] = data.draw(st.binary(max_size=8)) * data.draw(st.sampled_from([1, 1, 3, 200]))
        content = content or bytearray(b"x")
    with tempfile.TemporaryDirectory() as folder:
        said, rows, total = attempt(Path(folder), bytes(content), name)
    assert "Zqxa" not in said
    assert total >= rows


def attempt(folder: Path, content: bytes, name: str) -> tuple[str, int, int]:
    """Return what was said of a file's errors, how many rows it gave, how many messages it has."""
    try:
        found = read_text(folder, content, name, PRESETS[name])
    except InputError as error:
        return str(error), 0, 0
    return repr(found.totals.rejects), len(found.rows), found.totals.rows
