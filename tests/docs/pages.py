"""Read the pages of the documentation: the commands they show, the files they give, the examples in them.

`python -m tests.docs.pages PAGE...` runs pages and puts the real output where a page shows another one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^(?P<fence>`{3,})(?:\{(?P<directive>[\w-]+)\} *)?(?P<language>.*)$")
PSEUDONYM = re.compile(r"\bp-[0-9a-f]{20}\b")
CAPTION = ":caption:"
ADDED = "added to "
PROGRAMS = {"percapita", "cp", "mv", "rm", "ls", "cat", "head", "mkdir", "echo", "export", "python"}
MAKE = re.compile(r"make (\w+)")
SECONDS = 120
COPIED = (
    "docs/how-to/clinic",
    "tests/data/real-clinicians",
    "tests/data/standard-charges",
    "tests/data/industry",
)  # what the pages take from the project; never linked
ASK_CODE = "echo $?"


@dataclass(frozen=True)
class Block:
    """Hold one block of code: `line` is the number of its first line of content, from 1."""

    page: Path
    line: int
    language: str
    caption: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the content."""
        return "\n".join(self.lines) + "\n"


@dataclass(frozen=True)
class Command:
    """Hold a command and the output shown below it, if any; `place` is the place of its block and its line in it."""

    text: str
    shown: tuple[str, ...]
    block: Block
    start: int
    end: int


def pages() -> list[Path]:
    """Return all pages, the README first."""
    found = sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)
    return [ROOT / "README.md", *found]


def name_of(page: Path) -> str:
    """Return the path of a page within the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of code of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        number += 1
        if opening is None:
            continue
        start = number
        while number < len(lines) and lines[number].strip() != opening["fence"]:
            number += 1
        if opening["directive"] in (None, "code-block"):
            yield _block(page, start, opening["language"].strip(), lines[start:number])
        number += 1


def _block(page: Path, start: int, language: str, content: list[str]) -> Block:
    caption = ""
    if content and content[0].startswith(CAPTION):
        caption = content[0].removeprefix(CAPTION).strip()
        skip = 2 if len(content) > 1 and not content[1].strip() else 1
        start, content = start + skip, content[skip:]
    return Block(page, start + 1, language, caption, tuple(content))


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block. A line that ends with a backslash goes on."""
    starts = [place for place, line in enumerate(block.lines) if line.startswith("$ ")]
    found = []
    for start, following in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        first_shown = start + 1
        text = block.lines[start][2:]
        while text.endswith("\\"):
            text = text[:-1].rstrip() + " " + block.lines[first_shown].strip()
            first_shown += 1
        found.append(Command(text, block.lines[first_shown:following], block, first_shown, following))
    return found


def fits(shown: tuple[str, ...], real: str) -> bool:
    """Tell whether output is as shown: `...` on a line of its own is any lines, within a line any text.

    Blanks at the ends of lines and empty lines do not matter.
    """
    wanted = [line.rstrip() for line in shown if line.strip()]
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else ".*?".join(map(re.escape, line.split("..."))) + r"\n"
        for line in wanted
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in tidy(real))) is not None


def tidy(real: str) -> list[str]:
    """Return the lines of real output as a page shows them."""
    return [line.rstrip() for line in real.splitlines() if line.strip()]


def changed(text: str, block: Block) -> str:
    """Return a text with the lines marked `-` replaced by those marked `+`; the others only say where."""
    before, after = ("".join(f"{line[1:]}\n" for line in block.lines if line[:1] != sign) for sign in "+-")
    assert text.count(before) == 1, f"{name_of(block.page)}:{block.line}: these lines are not in {block.caption} once"
    return text.replace(before, after)


class Reader:
    """Do what a page says in a folder of its own, as a reader in the project's folder would."""

    def __init__(self, folder: Path) -> None:
        """Prepare the folder: the demo data and examples of the project can be copied from it."""
        self.folder = folder
        self.code = 0
        for part in COPIED:
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns(".percapita"))

    def save(self, block: Block) -> None:
        """Write the file that a block gives, add the block to it, or change it as a `diff` block says."""
        added = block.caption.startswith(ADDED)
        target = self.folder / block.caption.removeprefix(ADDED)
        if block.language == "diff":
            target.write_text(changed(target.read_text(encoding="utf-8"), block), encoding="utf-8")
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text(encoding="utf-8") + "\n" if added else ""
        target.write_text(before + block.text, encoding="utf-8")

    def run(self, command: Command) -> str:
        """Run a command and return what it prints; its exit code is kept for `echo $?`."""
        if command.text == ASK_CODE:
            return f"{self.code}\n"
        done = subprocess.run(
            ["bash", "-c", self._line(command)],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            text=True,
            check=False,
        )
        self.code = done.returncode
        return done.stdout

    @staticmethod
    def _line(command: Command) -> str:
        """Return what is run. Of `make` only the target is looked up, because the tests are one of them."""
        make = MAKE.fullmatch(command.text)
        if make is not None:
            target = re.search(rf"^{make[1]}:.*\n((?:\t.*\n)*)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
            assert target is not None, f"the Makefile has no target {make[1]}"
            return "percapita demo" if "$(BIN)/percapita demo\n" in target[1] else "true"
        assert command.text.split()[0] in PROGRAMS, f"{command.text!r}: use one of {sorted(PROGRAMS)}"
        return command.text

    def _environment(self) -> dict[str, str]:
        programs = Path(sys.executable).parent
        kept = {name: value for name, value in os.environ.items() if name not in ("PERCAPITA_HOME", "COLUMNS")}
        return {**kept, "PATH": f"{programs}{os.pathsep}{kept['PATH']}", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Outcome:
    """Hold what a command of a page did: its output and exit code, and the code that the page lets the reader expect."""

    command: Command
    output: str
    code: int
    expected_code: int


def follow(page: Path, folder: Path) -> Iterator[Outcome]:
    """Do everything that a page says, in order, and yield what each command did.

    A command is expected to succeed unless `echo $?` comes next.
    """
    reader = Reader(folder)
    steps: list[Block | Command] = []
    for block in blocks(page):
        steps += commands(block) if block.language == "console" else [block] if block.caption else []
    for step, following in zip(steps, [*steps[1:], None], strict=True) if steps else ():
        if isinstance(step, Block):
            reader.save(step)
            continue
        output = reader.run(step)
        asked = isinstance(following, Command) and following.text == ASK_CODE
        expected = int(following.shown[0]) if asked and isinstance(following, Command) else 0
        yield Outcome(step, output, 0 if step.text == ASK_CODE else reader.code, expected)


def refresh(page: Path) -> None:
    """Put the real output of a page's commands where another one is shown."""
    lines = page.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [one for one in follow(page, Path(folder)) if any(one.command.shown)]
    for one in reversed(outcomes):
        if one.code != one.expected_code:
            print(f"{name_of(page)}: {one.command.text!r} ends with {one.code}:\n{one.output}")
        if not fits(one.command.shown, one.output):
            first = one.command.block.line - 1
            shown = [PSEUDONYM.sub("p-...", line.rstrip()) for line in one.output.rstrip().splitlines()]
            lines[first + one.command.start : first + one.command.end] = shown
            print(f"{name_of(page)}: {one.command.text!r} shows what it prints now")
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        refresh(Path(argument).resolve())
