"""`percapita industry load|link|expect|question`: what others publish about an organization, and what to ask of it."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from percapita.cli.screen import Format, say, show_json, show_table
from percapita.errors import InputError
from percapita.wording import many

if TYPE_CHECKING:
    from percapita.industry.expect import Expected
    from percapita.industry.facts import Facts
    from percapita.industry.load import Loaded
    from percapita.industry.organization import OrganizationExpected
    from percapita.policy.industry_prior import IndustryPriors

SHOWN = 10
Priors = Annotated[str | None, typer.Option(help="Declared assumptions: the id of a shipped table, or a path.")]
Shape = Annotated[Format, typer.Option(help="What to print.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="Load industry data, link organizations to it, and ask about reported numbers."
    )
    app.add_typer(group, name="industry")
    _register_load(group)
    _register_expect(group)
    _register_question(group)
    _register_link(group)


def _register_load(group: typer.Typer) -> None:
    @group.command()
    def load(
        files: Annotated[list[Path], typer.Argument(help="Files as their publishers write them, also gzip.")],
        release: Annotated[str, typer.Option(help="The release, such as 2025-07, where names do not tell.")] = "",
        max_rejects: Annotated[
            float, typer.Option(min=0, max=1, help="The share of a file's rows that may be unreadable.")
        ] = 0.01,
        rejects: Annotated[Path | None, typer.Option(help="Write the rejected rows to this CSV file.")] = None,
        format: Shape = Format.TABLE,
    ) -> None:
        """Load industry files: each is recognized by its header, and loading one twice changes nothing."""
        from percapita.industry.load import load_files
        from percapita.industry.store import data_home

        told = load_files(files, data_home(), release, max_rejects)
        if rejects is not None:
            write_rejects(rejects, told)
        if format is Format.JSON:
            show_json([as_json(one) for one in told])
        else:
            show_loads(told)


def _register_expect(group: typer.Typer) -> None:
    @group.command()
    def expect(
        ccn: Annotated[str, typer.Option(help="The CMS certification number of a provider.")] = "",
        org: Annotated[Path | None, typer.Option(help="A CSV file of the sites of an organization.")] = None,
        users: Annotated[bool, typer.Option(help="Show users of each kind of application, too.")] = False,
        statement: Annotated[Path | None, typer.Option(help="The own statement, to correct these users by.")] = None,
        priors: Priors = None,
        format: Shape = Format.TABLE,
    ) -> None:
        """Say how many persons may work in a hospital or an organization, and what that rests on."""
        from percapita.industry.facts import Facts
        from percapita.industry.store import data_home, opened
        from percapita.industry.users import expected_users, largest_by_kind, read_statement
        from percapita.policy.industry_prior import load_industry_priors

        if bool(ccn) == (org is not None):
            raise InputError("name one provider or one file of sites", "--ccn, --org", "give one of both options")
        table = load_industry_priors(priors, Path())
        own = largest_by_kind(read_statement(statement)[1]) if statement else None
        with opened(data_home()) as connection:
            found = expected_of(Facts(connection), ccn, org, table)
        told = found.as_json()
        if users or statement:
            told["users"] = [one.as_json() for one in expected_users(found.persons, table, own)]
        if format is Format.JSON:
            show_json(told)
        else:
            show_expected(told, ccn or str(org))


def _register_question(group: typer.Typer) -> None:
    @group.command()
    def question(
        statement: Annotated[Path | None, typer.Argument(help="The statement of a count; with --ccn or --org.")] = None,
        reported: Annotated[Path | None, typer.Option(help="A CSV file of bare reported figures instead.")] = None,
        ccn: Annotated[str, typer.Option(help="The hospital that a statement is about.")] = "",
        org: Annotated[Path | None, typer.Option(help="The sites that a statement is about, a CSV file.")] = None,
        priors: Priors = None,
        html: Annotated[Path | None, typer.Option(help="Write a page with charts, too.")] = None,
        format: Shape = Format.TABLE,
    ) -> None:
        """Ask about a reported number of users: questions with a sentence to send, never verdicts."""
        from percapita.industry.facts import Facts
        from percapita.industry.questions import as_json as told_of
        from percapita.industry.reported import subject_of_statement, subjects_reported
        from percapita.industry.store import data_home, opened
        from percapita.policy.industry_prior import load_industry_priors

        if (statement is None) == (reported is None):
            raise InputError("name one statement or one file of reported figures", "STATEMENT, --reported", "give one")
        table = load_industry_priors(priors, Path())
        with opened(data_home()) as connection:
            facts = Facts(connection)
            if statement is not None:
                subjects, unknown = [subject_of_statement(facts, statement, ccn, org, table)], list[str]()
            else:
                subjects, unknown = subjects_reported(facts, reported or Path(), table)
            told = [told_of(one) for one in subjects]
        if html is not None:
            write_page(html, told)
        if format is Format.JSON:
            show_json(
                {"schema": "percapita/questions/1", "priors": table.id, "organizations": told, "unknown": unknown}
            )
        else:
            show_questions(told)
            for name in unknown:
                say(f"  nothing is loaded about {name}")


def show_questions(told: list[dict[str, Any]]) -> None:
    """Print the figures of each organization beside what is expected, and the questions."""
    for one in told:
        rows = [
            (row["name"], row["kind"], row["reported"], row["low"], row["expected"], row["high"], row["usable_for"])
            for row in one["ranges"]
        ]
        heads = ("application", "kind", "reported", "low", "expected", "high", "usable for")
        show_table(heads, rows, f"{one['organization']}: reported and expected users")
        for finding in one["findings"]:
            say(f"  {finding['rule']} {finding['sentence']}")
        if not one["findings"]:
            say("  no question")
        say()


def write_page(path: Path, told: list[dict[str, Any]]) -> None:
    """Write the questions as a page with charts."""
    from percapita.report.questions import render_questions

    try:
        path.write_text(render_questions(told), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the page cannot be written ({error.strerror})", str(path), "choose another file") from None


def _register_link(group: typer.Typer) -> None:
    @group.command()
    def link(
        orgs: Annotated[Path, typer.Argument(help="A CSV file: id, name, address, city, state, zip; npi, ccn, phone.")],
        out: Annotated[Path, typer.Option(help="The CSV file to write: id, ccn, score, decision, reason.")],
        format: Shape = Format.TABLE,
    ) -> None:
        """Find the hospitals that organizations are: exact identifiers first, then name, address and ZIP."""
        from percapita.industry.link import link_organizations, read_organizations, write_links
        from percapita.industry.store import data_home, opened

        organizations = read_organizations(orgs)
        with opened(data_home()) as connection:
            links = link_organizations(connection, organizations)
        write_links(out, links)
        counts = {decision: sum(one.decision == decision for one in links) for decision in ("match", "review", "none")}
        if format is Format.JSON:
            show_json({"organizations": len(links), **counts, "out": out.name})
        else:
            say(
                f"{many(len(links), 'organization')}: {counts['match']:,} match, {counts['review']:,} to review, "
                f"{counts['none']:,} none; written to {out}"
            )


def expected_of(facts: Facts, ccn: str, org: Path | None, table: IndustryPriors) -> Expected | OrganizationExpected:
    """Return the expectation of a provider or an organization."""
    from percapita.industry.expect import expect
    from percapita.industry.organization import expect_organization, read_sites

    if org is None:
        return expect(facts, ccn, table)
    return expect_organization(facts, read_sites(org), table, org.name)


def show_expected(told: dict[str, Any], title: str) -> None:
    """Print an expected range with what it rests on."""
    say(f"{title}: {told['expected']:,} persons may work there, {told['low']:,} to {told['high']:,}")
    say(f"  {told['method']}")
    usable = {"question": "a question can rest on it", "context": "too wide for a question: context only"}
    say(f"  {usable[told['usable_for']]}")
    for one in told.get("inputs", []):
        say(f"  {one['metric']} {one['value']:,} ({one['year'] or 'no year'}), {one['file']}")
    sites = [(one["ccn"], one["level"], one["low"], one["expected"], one["high"]) for one in told.get("sites", [])]
    if sites:
        show_table(("CCN", "rests on", "low", "expected", "high"), sites, "Sites")
    for name in told.get("unknown_sites", []):
        say(f"  nothing is loaded about {name}")
    heads = ("CCN", "name", "state", "beds", "discharges", "FTE", "headcount")
    peers = [tuple(_figure(value) for value in peer.values()) for peer in told.get("peers", [])]
    if peers:
        show_table(heads, peers, "Hospitals like it")
    if "users" in told:
        rows = [(one["kind"], one["low"], one["expected"], one["high"], one["status"]) for one in told["users"]]
        show_table(("kind of application", "low", "expected", "high", ""), rows, "Individual users")


def _figure(value: Any) -> Any:
    return round(value) if isinstance(value, float) else value


def as_json(one: Loaded) -> dict[str, object]:
    """Return a load as JSON values."""
    load = asdict(one.load)
    load["files"] = [{"name": name, "sha256": sha256} for name, sha256 in one.load.files]
    return {**load, "new": one.new, "rejects": [asdict(reject) for reject in one.rejects], "notes": list(one.notes)}


def show_loads(told: list[Loaded]) -> None:
    """Print what became of each file."""
    rows = [
        (
            one.load.file, one.load.title, one.load.coverage or one.load.release, one.load.rows, one.load.rejected,
            "loaded" if one.new else "was loaded before", one.superseded_by,
        )
        for one in told
    ]  # fmt: skip
    show_table(("file", "kind", "year or release", "rows", "rejected", "", "superseded by"), rows)
    for one in told:
        for note in (*one.notes, *([f"mended: {one.load.mended}"] if one.load.mended and one.new else [])):
            say(f"  {one.load.file}: {note}")
        for reject in one.rejects[:SHOWN]:
            say(f"  reject {reject.path}, row {reject.row}: {reject.says}")
        if len(one.rejects) > SHOWN:
            say(f"  and {many(len(one.rejects) - SHOWN, 'more reject')}: see --rejects")


def write_rejects(path: Path, told: list[Loaded]) -> None:
    """Write every reject as CSV."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "row", "column", "reason"))
            writer.writerows(
                (reject.path, reject.row, reject.column, reject.reason) for one in told for reject in one.rejects
            )
    except OSError as error:
        raise InputError(
            f"the rejects cannot be written ({error.strerror})", str(path), "choose another file"
        ) from None
