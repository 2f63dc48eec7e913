"""Make the pages of `docs/reference` that follow from the code: `python -m tests.docs.generate` writes them.

The types, the command line, the policy table and the cases of `tests/spec` give the facts; `docs/reference/meanings.toml`
gives the words for keys and figures.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import tempfile
import textwrap
import tomllib
import types
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import typer

from percapita.chargemaster.rules import Rule, all_rules
from percapita.cli.main import COMMANDS, build_app
from percapita.counting.determinations import persons_schema
from percapita.counting.matching import accounts_schema, people_schema
from percapita.counting.plan import Plan, Register
from percapita.counting.registers import Output, Owner
from percapita.policy.user_definition import SHELF, UserDefinition, load_user_definition
from percapita.sources.presets import Preset, names_of, presets
from percapita.sources.spec import ColumnRule, DeclaredSource, Source
from percapita.sources.times import NotATimeError, TimeReader
from percapita.statement.types import Statement
from tests.docs import industry
from tests.docs.cost_tables import cost_page
from tests.docs.examples import MINIMAL_PLAN, TIMES
from tests.spec.cases import CHAPTERS
from tests.support.plans import Case, statement, table

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
REFRESH = "python -m tests.docs.generate"
NOTE = f"<!-- Made by `{REFRESH}`: do not edit this page. -->\n"
PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "date"}

Row = Sequence[str]


def grid(header: Row, rows: Iterable[Row]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


class Meanings:
    """Give each key its meaning, and know which were never asked for."""

    def __init__(self, chapter: str) -> None:
        self._words: dict[str, str] = tomllib.loads((REFERENCE / "meanings.toml").read_text(encoding="utf-8"))[chapter]
        self._asked: set[str] = set()

    def of(self, *keys: str) -> str:
        """Return the meaning of the first key that has one."""
        found = next((key for key in keys if key in self._words), None)
        if found is None:
            raise SystemExit(f"docs/reference/meanings.toml says nothing of {keys[-1]!r}: add a line")
        self._asked.add(found)
        return self._words[found]

    def check(self) -> None:
        """Stop when a meaning was never asked for: its key is gone."""
        left = sorted(set(self._words) - self._asked)
        if left:
            raise SystemExit(f"docs/reference/meanings.toml explains what is not there: {', '.join(left)}")


# ---- plan.md


def type_word(wanted: Any) -> str:
    """Return the words for the type of a key."""
    origin, parts = get_origin(wanted), [part for part in get_args(wanted) if part is not type(None)]
    if origin in (Union, types.UnionType):
        if Register in parts:
            return "text or table"
        return "column" if ColumnRule in parts else type_word(parts[0])
    if origin is Literal:
        return " · ".join(f"`{word}`" for word in parts)
    if origin in (list, tuple):
        return f"list of {type_word(parts[0])}s"
    if origin is dict:
        return f"{type_word(parts[1])} by name"
    if dataclasses.is_dataclass(wanted):
        return f"[{heading(wanted)}](#{anchor(heading(wanted))})"
    return PLAIN.get(wanted, "table")


def default_word(field: msgspec.structs.FieldInfo) -> str:
    """Return the default of a key as it would be written in TOML."""
    if field.required:
        return "**required**"
    value = field.default
    if value is None or value is msgspec.NODEFAULT:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


def key_rows(struct: Any, meaning: Callable[[str], str], left_out: frozenset[str] = frozenset()) -> list[Row]:
    """Return a row for each key of a table of the plan."""
    fields = [field for field in msgspec.structs.fields(struct) if field.encode_name not in left_out]
    fields.sort(key=lambda field: not field.required)
    return [
        (f"`{field.encode_name}`", type_word(field.type), default_word(field), meaning(field.encode_name))
        for field in fields
    ]


KEY_HEADER = ("key", "type", "default", "meaning")


def table_section(name: str, struct: Any, many: bool, words: Meanings) -> str:
    """Return the section of one table of the plan."""
    title = f"[[{name}]]" if many else f"[{name}]"
    rows = key_rows(struct, lambda key: words.of(f"{name}.{key}"))
    return f"## `{title}`\n\n{words.of(name)}\n\n{grid(KEY_HEADER, rows)}\n"


def source_types() -> list[Any]:
    """Return the types of `[[source]]`, in the order of the plan's definition."""
    return list(get_args(Source))


def source_sections(words: Meanings) -> str:
    """Return the sections about `[[source]]`: the common keys, then those of each type."""
    common = {field.encode_name for field in msgspec.structs.fields(source_types()[0])}
    tags = " · ".join(f"`{struct.__struct_config__.tag}`" for struct in source_types())
    rows = [("`type`", tags, "**required**", words.of("source.type"))]
    rows += [tuple(row) for row in key_rows(source_types()[0], lambda key: words.of(f"source.{key}"))]  # type: ignore[misc]
    text = f"## `[[source]]`\n\n{words.of('source')}\n\n{grid(KEY_HEADER, rows)}\n"
    text += COLUMNS_TEXT
    text += "".join(source_section(struct, frozenset(common), words) for struct in source_types())
    declared = key_rows(DeclaredSource, lambda key: words.of(f"source.declared.{key}"))
    return text + f'### `type = "declared"`\n\n{words.of("source.declared")}\n\n{grid(KEY_HEADER, declared)}\n'


def source_section(struct: Any, common: frozenset[str], words: Meanings) -> str:
    """Return the section of one type of source: its own keys, then its columns."""
    tag = struct.__struct_config__.tag
    columns = next(field.type for field in msgspec.structs.fields(struct) if field.encode_name == "columns")
    own = key_rows(struct, lambda key: words.of(f"source.{tag}.{key}", f"source.{key}"), common)
    text = f'### `type = "{tag}"`\n\n{words.of(f"source.{tag}")}\n\n'
    text += grid(KEY_HEADER, own) + "\n" if own else ""
    rows = key_rows(columns, lambda key: words.of(f"columns.{tag}.{key}", f"columns.{key}"))
    return text + grid(("column", "type", "default", "meaning"), rows) + "\n"


COLUMNS_TEXT = """A *column* is the name of a column of your file, as its header writes it, or one of three longer forms. `value` says the
same of every row. `column` with `map` translates your words; a word that `map` does not hold stays as it is. `column` with
`without_bit` reads a number as flags: yes if none of these bits is set, else no. In JSON, XML and LDIF a column is a
[path](presets.md#paths). A [preset](presets.md) names the columns for you.

```toml
[[source]]
type = "accounts"
path = "accounts.csv"
system = "ehr"
columns = { account_id = "LOGIN", kind = { column = "TYPE", map = { P = "human", S = "service" } } }

[[source]]
type = "access"
path = "orders.csv"
system = "ehr"
columns = { occurred_at = "TIME", account_id = "LOGIN", activity = { value = "order" } }
```

Cells are trimmed. An empty cell is a missing value.

"""


REGISTERS_TEXT = """A register is a CSV file, mostly an export: in UTF-8 or cp1252, with commas, semicolons or tabs between
the cells, and a header. Named by its path alone it has the columns below. Or `columns` says which of its columns is what,
as for [sources](#source), and other columns are not looked at:

```toml
owners = "owners.csv"

[systems]
path = "cmdb.csv"
columns = { id = "number", name = "name", kind = { column = "u_type", map = { Clinical = "emr" } }, owner = "owned_by" }
```

The columns of `systems` are the keys of [`[[system]]`](#system), those of `rules` the keys of [`[[use]]`](#use). Several
values in one cell stand between bars: `order.*|charge.*`. An empty cell is a missing value.

"""


def is_register(field: msgspec.structs.FieldInfo) -> bool:
    """Tell whether a key of the plan names a register."""
    return Register in get_args(field.type)


def registers_section(words: Meanings) -> str:
    """Return the section about the keys at the top of the plan."""
    fields = [field for field in msgspec.structs.fields(Plan) if is_register(field)]
    rows = [(f"`{field.encode_name}`", type_word(field.type), "", words.of(field.encode_name)) for field in fields]
    text = f"## Top level\n\n{grid(KEY_HEADER, rows)}\n{REGISTERS_TEXT}"
    for name, struct in (("owners", Owner), ("outputs", Output)):
        columns = key_rows(struct, lambda key, name=name: words.of(f"{name}.{key}"))  # type: ignore[misc]
        text += f"### `{name}`\n\n{grid(('column', 'type', 'default', 'meaning'), columns)}\n"
    return text


def plan_page() -> str:
    """Return plan.md."""
    words = Meanings("plan")
    text = f"""{NOTE}
# The plan

A plan is one TOML file, usually `percapita.toml`. It says what to count. `percapita init DIR` writes one with comments,
`percapita check PLAN` says what is wrong with it. Paths in it are relative to the file. A key that is not listed here is
an error, and the message names the nearest known one. `percapita schema plan` prints the JSON Schema.

The least that a plan holds:

```{{code-block}} toml
:caption: percapita.toml

{MINIMAL_PLAN.strip()}
```

{registers_section(words)}"""
    for field in msgspec.structs.fields(Plan):
        name, many = field.encode_name, get_origin(field.type) is tuple
        if name == "source":
            text += source_sections(words)
        elif not is_register(field):
            text += table_section(name, get_args(field.type)[0] if many else field.type, many, words)
    words.check()
    return text.rstrip() + "\n"


# ---- presets.md


def presets_page() -> str:
    """Return presets.md."""
    text = NOTE + PRESETS_TEXT
    for struct in source_types():
        tag = str(struct.__struct_config__.tag)
        names = names_of(tag)
        text += f'## `type = "{tag}"`\n\n' if names else ""
        text += "".join(preset_section(presets()[name]) for name in names)
    return text.rstrip() + "\n"


def preset_section(preset: Preset) -> str:
    """Return the section of one preset."""
    keys = ", ".join(f"`{key} = {json.dumps(value)}`" for key, value in preset.source.items())
    facts = [
        f"{'Verified' if preset.verified else '**Unverified**'}. After: {preset.basis}.",
        f"Sets {keys}." if keys else "Any table: CSV, TSV, XLSX, Parquet, JSON lines.",
        f"What to ask for: `percapita export-help {preset.export_help}`." if preset.export_help else "",
    ]
    rows = [(f"`{column}`", rule_word(rule)) for column, rule in preset.columns.items()]
    lines = "\n".join(fact for fact in facts if fact)
    return f"### `{preset.name}`\n\n{preset.title}. {preset.says}\n\n{lines}\n\n{grid(('column', 'from'), rows)}\n"


def rule_word(rule: Any) -> str:
    """Return where a column of a preset comes from."""
    if isinstance(rule, str):
        return f"`{rule}`"
    words = [f"always `{rule['value']}`" if "value" in rule else f"`{rule['column']}`"]
    words += [f"yes without bit {rule['without_bit']}"] if "without_bit" in rule else []
    words += [", ".join(f"{word} is {meant}" for word, meant in rule["map"].items())] if "map" in rule else []
    return "; ".join(words)


PRESETS_TEXT = """
# Presets

A preset fills in the columns of files that products write, so that a source is one line:

```toml
[[source]]
type = "access"
path = "audit/*.ndjson"
preset = "fhir-auditevent"
system = "ehr"
```

A column that you name wins over the preset's; `{ value = "" }` leaves one out. Columns that are not named are never kept.

```toml
[[source]]
type = "access"
path = "touchworks/audit.csv"
preset = "touchworks-audit"
system = "ehr"
columns = { activity = "RecordType" }
```

*Verified* presets follow a published specification, or files that are made as Percapita says. The others rest on published
names or on none, and nobody has held them against an installation: look at the first values that `percapita check` shows.

## Paths

In JSON, XML and LDIF a column is a path into a message. In LDIF the case of names does not matter.

| written | means |
|---|---|
| `actor.alternateId` | what stands there; of a list, the first that is there |
| `emails[primary=true].value` | of those that pass a test. Tests: `=`, `!=`, `~=` (holds), several words with commas between; `[name]` it is there, `[!name]` it is not; `.` is the value itself |
| `userName \\| id` | the first of several that is there |
| `eventType + outcome.result` | several with a blank between them; what is missing is left out |
| `status[code!=0] => failed` | the word `failed` if something is there |
| `entity.what.reference:type` | of a FHIR reference only the kind of resource, never its id |
| `'urn:a.b'.number` | a name that holds points stands in quotes |

In XML attributes and elements are names alike, without their prefixes; `#text` is the text of an element. Row numbers are
those of the messages.

"""


# ---- statement.md


def heading(struct: Any) -> str:
    """Return the title of the section about a type of the statement."""
    titles = {"Statement": "The statement", "SystemFigures": "Figures of a system", "InputFile": "Input file"}
    titles |= {"PolicyReference": "Policy reference"}
    return titles.get(struct.__name__, str(struct.__name__))


def anchor(title: str) -> str:
    """Return the anchor that a title gets."""
    return title.lower().replace(" ", "-")


def nested(struct: Any) -> list[Any]:
    """Return a type of the statement and those in it, in the order in which they are named."""
    found = [struct]
    for hint in get_type_hints(struct).values():
        for part in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(part):
                found += [one for one in nested(part) if one not in found]
    return found


def figure_rows(struct: Any, words: Meanings) -> list[Row]:
    """Return a row for each key of a part of the statement."""
    hints = get_type_hints(struct)
    return [(f"`{name}`", figure_type(hint), words.of(f"{struct.__name__}.{name}")) for name, hint in hints.items()]


def figure_type(hint: Any) -> str:
    """Return the words for the type of a figure; what may be null says so."""
    return type_word(hint) + (" or null" if type(None) in get_args(hint) else "")


def example_statement() -> str:
    """Return the statement of the small clinic, counted by the engine that has no version of its own."""
    with tempfile.TemporaryDirectory() as folder:
        clinic = Path(shutil.copytree(REFERENCE.parent / "how-to" / "clinic", Path(folder) / "clinic"))
        return json.dumps(statement(clinic / "percapita.toml", "reference"), indent=2, ensure_ascii=False)


def statement_page() -> str:
    """Return statement.md."""
    words = Meanings("statement")
    text = NOTE + STATEMENT_TEXT + f"```json\n{example_statement()}\n```\n\n"
    for struct in nested(Statement):
        text += f"## {heading(struct)}\n\n{words.of(struct.__name__)}\n\n"
        text += grid(("key", "type", "meaning"), figure_rows(struct, words)) + "\n"
    text += PERSONS_TEXT + columns_grid("persons", persons_schema())
    text += PEOPLE_TEXT + columns_grid("people", people_schema())
    text += ACCOUNTS_TEXT + columns_grid("accounts", accounts_schema()) + FILES_TEXT
    words.check()
    return text


def columns_grid(chapter: str, schema: Any) -> str:
    """Return the table of the columns of a Parquet file."""
    words = Meanings(chapter)
    rows = [(f"`{field.name}`", str(field.type), words.of(field.name)) for field in schema]
    words.check()
    return grid(("column", "type", "meaning"), rows)


STATEMENT_TEXT = """
# The statement

`percapita count PLAN --format json` prints the statement. With `--out DIR` it is also written to `statement.json`. On
paper and on screen it is called the *user count report*. Every number is a count. Nothing in it depends on the clock, the
machine or the key of the pseudonyms: the same inputs give the same bytes. `percapita schema statement` prints the JSON
Schema. Keys may be added in later releases; none is renamed.

This is the statement of [Juniper Clinic](../how-to/index.md), the small organization of the how-to pages:

"""
PERSONS_TEXT = """## `persons.parquet`

One row for each system and person with evidence in the period, sorted by system and person. People are pseudonyms.

"""
PEOPLE_TEXT = """
## `people.parquet`

One row for each person of the plan, sorted by pseudonym. `percapita compare` matches two counts by it. Its metadata hold a
mark of the key and, for each system, a hash of what the rules look for.

"""
ACCOUNTS_TEXT = """
## `accounts.parquet`

One row for each account and workforce row, sorted. A mark is made with the key of the pseudonyms; no login can be read
from it.

"""
FILES_TEXT = """
## The other files

| file | what |
|---|---|
| `identities.csv` | what is open about who is who: `question`, `key` (of which kind), `persons` (pseudonyms that are not joined) |
| `rejects.csv` | rows that could not be read: `file`, `row` (the header is row 1; blank lines are counted), `column`, `reason`. Never what stood there |
| `report.html` | the user count report as one page, to print or to send; it needs no network |
| `names.csv` | only with `--names`: `person`, `names`, `accounts`. It says who each pseudonym is. Keep it to yourself |
"""


# ---- commands.md


def commands_page() -> str:
    """Return commands.md."""
    root: Any = typer.main.get_command(build_app(list(COMMANDS)))
    text = NOTE + COMMANDS_TEXT
    for name in COMMANDS:
        command = root.commands[name]
        inner = getattr(command, "commands", None)
        parts = {f"{name} {word}": one for word, one in inner.items()} if inner else {name: command}
        text += "".join(command_section(title, one) for title, one in parts.items())
    return text.rstrip() + "\n"


COMMANDS_TEXT = """
# The commands

`percapita --help` lists them, `percapita COMMAND --help` explains one, `percapita --version` says which release it is.
Errors are one line on stderr; the [exit codes](exit-codes.md) are the same for all commands. With `--format json` stdout
carries JSON and nothing else.

`PERCAPITA_HOME` is the folder for digests and keys. When it is not set, that is `.percapita/` beside the plan.

"""


def command_section(title: str, command: Any) -> str:
    """Return the section of one command: how it is typed, what each word means."""
    words = [word for word in command.params if word.name != "help"]
    usage = " ".join(["percapita", title, *(usage_of(word) for word in words)])
    text = f"## `percapita {title}`\n\n{command.help}\n\n```text\n{usage}\n```\n\n"
    rows = [(f"`{label(word)}`", value_word(word), default_of(word), word.help) for word in words]
    return text + (grid(("word", "value", "default", "meaning"), rows) + "\n" if rows else "")


def is_option(word: Any) -> bool:
    """Tell whether a word of a command begins with dashes."""
    return str(word.opts[0]).startswith("-")


def label(word: Any) -> str:
    """Return an option as it is typed, an argument in capitals."""
    return str(word.opts[0] if is_option(word) else word.name.upper())


def kind_of(word: Any) -> Any:
    """Return the type of a word of a command, without None."""
    annotation = word.type_descriptor.annotation
    parts = [part for part in get_args(annotation) if part is not type(None)]
    return parts[0] if parts else annotation


def usage_of(word: Any) -> str:
    """Return a word of a command in the usage line."""
    if not is_option(word):
        return label(word) if word.required else f"[{label(word)}]"
    return f"[{label(word)}]" if kind_of(word) is bool else f"[{label(word)} {placeholder(word)}]"


def placeholder(word: Any) -> str:
    """Return what stands for the value of an option."""
    kind = kind_of(word)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(one.value) for one in kind)
    return {Path: "PATH", int: "NUMBER"}.get(kind, "TEXT")


def value_word(word: Any) -> str:
    """Return the words for the value of an argument or option."""
    return "" if kind_of(word) is bool else placeholder(word).replace("|", " · ").lower()


def default_of(word: Any) -> str:
    """Return the default of an argument or option."""
    if word.required:
        return "**required**"
    value = word.default
    if value is None or value is False:
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


# ---- time-formats.md


def times_page() -> str:
    """Return time-formats.md; what each text means is computed."""
    rows = [(f"`{text}`", f"`{told}`" if told else "", zone, reading(text, told, zone)) for text, told, zone in TIMES]
    header = ("text in the file", "`date_format`", "`timezone`", "read as")
    return NOTE + TIMES_TEXT + grid(header, rows) + TOLD_TEXT


def reading(text: str, told: str | None, zone: str) -> str:
    """Return what a text is read as, in UTC, or why it is refused."""
    try:
        instant = TimeReader(zone, told).instant(text)
    except NotATimeError as error:
        return f"refused: {error}"
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)
    return f"{when:%Y-%m-%d %H:%M:%S}" + (f".{when:%f}".rstrip("0") if when.microsecond else "") + " UTC"


TIMES_TEXT = """
# Time formats

Times are never guessed. `03/04/2026` may be March or April, so it is refused until the plan says how it is written.

- **ISO 8601** needs nothing: `2026-01-31`, then optionally a blank or `T` and the time, then optionally a zone. Digits
  beyond microseconds are cut off.
- **Epoch numbers** need nothing: 9 or 10 digits are seconds since 1970, 12 or 13 are milliseconds.
- **Anything else** needs `date_format` in its `[[source]]`. Then only that is read.
- A time **without zone** is local time in the source's `timezone`; default is that of the period. When clocks are put
  back an hour comes twice: the first is meant. When clocks are put forward an hour does not exist: refused.
- A **date alone** begins at midnight.
- Parquet and XLSX hold real times: nothing is to be said, except `timezone` where they have no zone.
  Where an XLSX column mixes them with texts, `date_format` is for the texts.

A row whose time is refused is a reject: listed in `rejects.csv`, counted in the statement.

## Examples

"""
TOLD_TEXT = """
## Writing `date_format`

| sign | means | example |
|---|---|---|
| `%Y` | year, four digits | 2026 |
| `%y` | year, two digits | 26 |
| `%m` | month, number | 01 or 1 |
| `%b` | month, short English name | Jan |
| `%d` | day | 31 |
| `%H` | hour, 0 to 23 | 14 |
| `%I` and `%p` | hour, 1 to 12, and AM or PM | 02 PM |
| `%M` | minute | 05 |
| `%S` | second | 59 |
| `%f` | parts of a second | 250 |
| `%z` | zone | -0600 |

Everything else stands for itself. The full list is that of Python's
[`strptime`](https://docs.python.org/3/library/datetime.html#format-codes).
"""


# ---- count-rules.md


def rules_page() -> str:
    """Return count-rules.md."""
    text = NOTE + RULES_TEXT
    for chapter, cases in CHAPTERS.items():
        text += f"## {chapter}\n\n" + "".join(case_section(case) for case in cases)
    return text.rstrip() + "\n"


RULES_TEXT = """
# The rules of the count

Each rule is a small example: people, accounts, a log, and the figures that must follow. The tests count every example with
both engines, and this page is made from the same tables. Systems are `ehr` and `rcm`. Unless an example says otherwise,
`order` and `view` are `direct_access`, `bill` is `product_reliance` and `login` is no use; the period is the year 2026 in
Chicago. A figure is named as in the [statement](statement.md), with the system before it.

"""


def case_section(case: Case) -> str:
    """Return one example."""
    text = f"### {case.title}\n\n{case.text}\n\n"
    files = {"Workforce": case.people, "Accounts": case.accounts, "Log": case.log, "Outputs": case.outputs}
    for title, content in {**files, **{f"`{name}`": content for name, content in case.files.items()}}.items():
        text += f"{title}:\n\n{shown(content)}\n" if content else ""
    for part, usual in ((case.head, "head"), (case.systems, "systems"), (case.rules, "rules")):
        text += toml(part) if part != default_of_case(usual) else ""
    text += toml(case.plan) if case.plan else ""
    rows = [(f"`{name}`", f"`{json.dumps(value)}`") for name, value in case.expect.items()]
    return f"{text}Result:\n\n{grid(('figure', 'value'), rows)}\n"


def default_of_case(name: str) -> Any:
    """Return what a part of an example is when the example does not say it."""
    return next(field.default for field in dataclasses.fields(Case) if field.name == name)


def shown(text: str) -> str:
    """Return a table of an example in Markdown."""
    header, *rows = table(text)
    return grid(header, rows)


def toml(text: str) -> str:
    """Return a part of a plan as a block."""
    return f"```toml\n{textwrap.dedent(text).strip()}\n```\n\n"


# ---- user-definition.md


def definition_page() -> str:
    """Return user-definition.md."""
    text = NOTE + DEFINITION_TEXT
    for name in reversed(SHELF.ids()):
        text += definition_section(load_user_definition(name, Path()))
    return text.rstrip() + "\n"


DEFINITION_TEXT = """
# The user definition

Who is an individual user is not in the program. It is a dated, sourced table that can be replaced. `percapita policy list`
names the tables that ship, `percapita policy show` prints one. To use your own, write it to a file, change it, give it
another id, and name it in the plan:

```toml
[policy]
user_definition = "my-definition.toml"
```

The statement carries the id and the SHA-256 of the table that was applied. The plan may leave out more accounts than the
definition, with a reason; it cannot leave out fewer. None of this is legal advice.

"""
TREATMENTS = {"person": "counts", "never": "never counts", "determination": "does not count until somebody decides"}


def definition_section(definition: UserDefinition) -> str:
    """Return the section of one definition."""
    uses = [
        (use.rule, f"`{use.use_type}`", use.text, "yes" if use.counted else "no", use.source) for use in definition.uses
    ]
    kinds = [(kind.rule, f"`{kind.kind}`", TREATMENTS[kind.treatment], kind.source) for kind in definition.kinds]
    places = "all countries" if "*" in definition.countries else ", ".join(definition.countries)
    return f"""## {definition.id}: {definition.title}

Effective {definition.effective}. SHA-256 `{definition.sha256}`.

> {definition.text}

### Use types

{grid(("rule", "use type", "what it is", "counts", "source"), uses)}
### Kinds of accounts

An account without a kind is human.

{grid(("rule", "kind", "what follows", "source"), kinds)}
### Least use and place

- {definition.minimum_rule}: the least number of counted rows in the period that makes a user is {definition.minimum_events}.
- {definition.location_rule}: people who work in {places} count. A person whose country is not known always counts.

### Sources

{grid(("source", "title", "says"), definition.sources)}
"""


# ---- charges-rules.md


def charges_page() -> str:
    """Return charges-rules.md."""
    text = NOTE + CHARGES_TEXT
    for title, begins in CHARGES_CHAPTERS.items():
        chosen = [one for one in all_rules() if one.id.startswith(begins)]
        text += f"## {title}\n\n{grid(CHARGES_HEADER, map(charges_row, chosen))}\n"
    return text.rstrip() + "\n"


def charges_row(known: Rule) -> Row:
    """Return what the page says of one rule."""
    where = known.section if known.versions == ("v2.x", "v3.0.0") else f"{known.section} ({known.versions[0]} only)"
    return known.id, known.level, known.checks, f"`{known.says}`", f"{where}; {known.law}"


CHARGES_HEADER = ("rule", "severity", "found when", "message", "data dictionary; law")
CHARGES_CHAPTERS = {
    "CSV files: rows 1 to 3": ("CSV-F", "CSV-H", "CSV-C"),
    "CSV files: items": ("CSV-R",),
    "CSV files: what CMS's validator does not see": ("CSV-E", "CSV-X"),
    "JSON files": ("JSON-P", "JSON-G", "JSON-I", "JSON-C", "JSON-Y", "JSON-A"),
    "JSON files: what CMS's validator does not see": ("JSON-E", "JSON-X"),
    "Every file": ("FILE",),
}
CHARGES_TEXT = """
# The rules of standard charges

`percapita charges check` applies these rules to a file; `percapita charges rules` prints them. An *error* makes a file
invalid, an *alert* does not. `valid` means what it means to CMS's own validator (`@cmsgov/hpt-validator` 2.4.0): on
thousands of broken files the verdict is the same, with errors in the same cells and JSON pointers. It differs from that
validator where it is blind or too strict:

- Rules with an E in their number are errors here and not seen there: a quote that swallows rows, a payer without a plan,
  content after the end of a JSON file, a comma before its last brace, a file that cannot be read.
- Blank columns that a spreadsheet left in row 3 are no error. No date is wrong because of the time zone.
- After errors in rows 1 to 3 the file is invalid, and its data rows are checked all the same.
- Rules with an X in their number are alerts that CMS does not give.

A place is a cell of a CSV file (`B17`, or `row 17`), or a pointer into a JSON file. In CSV files blanks around a value and
capitals do not matter; in JSON files they do.

"""


# ---- industry.md


def industry_page() -> str:
    """Return industry.md."""
    files = grid(("kind", "file", "published by", "recognized by", "once for", "identifier"), industry.files_rows())
    rules = grid(("rule", "found when"), industry.question_rows())
    title = "# Files and questions of industry data\n\n"
    return f"{title}{NOTE}\n{industry.INTRODUCTION}\n{files}\n## Questions\n\n{industry.QUESTIONS}\n{rules}"


PAGES: dict[str, Callable[[], str]] = {
    "industry.md": industry_page,
    "plan.md": plan_page,
    "presets.md": presets_page,
    "statement.md": statement_page,
    "commands.md": commands_page,
    "time-formats.md": times_page,
    "count-rules.md": rules_page,
    "user-definition.md": definition_page,
    "charges-rules.md": charges_page,
    "cost-tables.md": lambda: NOTE + cost_page(grid),
}


@cache
def page(name: str) -> str:
    """Return the text of a page as it should be."""
    return PAGES[name]()


def main() -> int:
    """Write the pages that are not current."""
    for name in PAGES:
        target = REFERENCE / name
        if not target.exists() or target.read_text(encoding="utf-8") != page(name):
            target.write_text(page(name), encoding="utf-8")
            print(f"docs/reference/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
