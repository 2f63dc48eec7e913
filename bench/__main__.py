"""Measure whole commands, interleaved, as ratios to hand-written DuckDB: `python -m bench --help`."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import charges, charges_build, count, formats, industry, link, text


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        default=["count", "text", "formats", "link", "charges", "industry"],
        help="count, text, formats, link, charges, industry (default: all), large-charges, build-charges",
    )
    parser.add_argument("--rows", type=int, default=20_000_000, help="rows of the log")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, default=Path(".percapita/bench"), help="where the generated data is kept"
    )
    given = parser.parse_args()
    if "count" in given.what:
        count.measure(given.folder / str(given.rows), given.rows, given.rounds)
    if "text" in given.what:
        text.measure(given.folder / "text", given.rounds)
    if "formats" in given.what:
        formats.measure(given.folder / "formats", given.rounds)
    if "link" in given.what:
        link.measure(given.folder / "recordlinkage", tuple(range(1, given.rounds + 1)))
    if "charges" in given.what:
        charges.measure(given.folder / "charges", given.rounds)
    if "industry" in given.what:
        industry.measure(given.folder / "industry")
    if "large-charges" in given.what:
        charges.large(given.folder / "charges", 2)
    if "build-charges" in given.what:
        charges_build.measure(given.folder / "build-charges", 1_000_000)


if __name__ == "__main__":
    main()
