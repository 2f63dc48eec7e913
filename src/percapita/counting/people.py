"""Read the identity sources of a plan and make persons, their attributes and the book of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from percapita import __version__
from percapita.counting.home import data_home, links_of
from percapita.counting.load import LoadedPlan, directories_of, directory_of, load_plan
from percapita.evidence.canonical import canonical_json, sha256_hex
from percapita.people.decisions import Applied, apply_decisions, read_decisions
from percapita.people.identities import Identities, IdentityTable, collect
from percapita.people.link.find import Cache, Linked, exact, probable
from percapita.people.link.model import LinkModel, read_model, shipped_model
from percapita.people.link.records import can_be_compared
from percapita.people.profiles import UNKNOWN, Organization, Profiles, profiles_of
from percapita.people.resolve import Persons, Resolution, Settled
from percapita.sources.inventory import HashCache, SourceFile, sha256_of, take_inventory, unchanged
from percapita.sources.read import ReadTotals, read_identities
from percapita.sources.spec import is_identity
from percapita.usage.accounts import AccountBook
from percapita.usage.kinds import settle_kinds
from percapita.usage.roster import Estate, Roster, make_roster
from percapita.usage.standing import Judge, standings


@dataclass(frozen=True)
class PeopleOfPlan:
    """Hold the persons of a plan: the book of accounts, their profiles, who is on the roster, what was read."""

    persons: Persons
    book: AccountBook
    profiles: Profiles
    roster: Roster
    tables: list[IdentityTable]
    totals: list[ReadTotals]
    linked: Linked
    decided: Applied


def read_people(
    loaded: LoadedPlan, files: Sequence[SourceFile], hashes: Mapping[str, str] | None = None
) -> PeopleOfPlan:
    """Return the persons made from the workforce and accounts files among `files`, whose hashes may be known."""
    totals = [ReadTotals() for _ in files]
    tables = [_table(file, total) for file, total in zip(files, totals, strict=True)]
    nodes = collect(tables)
    proposals = settle_kinds(nodes, loaded.kinds, hints_of(tables))
    decided = _decided(loaded, nodes)
    linked = _linked(loaded, files, hashes, tables, nodes, decided)
    persons = linked.persons
    days = (loaded.plan.period.start, loaded.plan.period.end)
    organization = _organization(loaded)
    profiles = profiles_of(persons, organization, days)
    countries = [None if one.country == UNKNOWN else one.country for one in profiles.known]
    judge = Judge(loaded.definition, loaded.exclusions)
    standing = standings(judge, persons, [countries[number] for number in profiles.of_person], proposals)
    book = AccountBook(persons, standing, judge)
    estate = Estate(persons, standing, book.by_directory, directories_of(loaded.plan), organization, days)
    roster = make_roster(list(loaded.systems), loaded.roster_rules, estate)
    return PeopleOfPlan(persons, book, profiles, roster, tables, totals, linked, decided)


def _table(file: SourceFile, totals: ReadTotals) -> IdentityTable:
    rows = read_identities(file, totals)
    unchanged(file)
    return IdentityTable(file.path, None if file.source.type == "workforce" else directory_of(file.source), rows)


def identity_tables(loaded: LoadedPlan) -> list[IdentityTable]:
    """Return what the workforce and accounts files of a plan say, read anew."""
    files = take_inventory(loaded.sources, loaded.base, allow_empty=lambda index: True)
    return [_table(file, ReadTotals()) for file in files if is_identity(file.source)]


def _decided(loaded: LoadedPlan, nodes: Identities) -> Applied:
    """Return what humans decided about these identities."""
    shown = loaded.plan.people.decisions
    return apply_decisions(nodes, read_decisions(loaded.base / shown, shown), shown)


def link_model(loaded: LoadedPlan) -> LinkModel | None:
    """Return the model by which a plan's people are linked: its own if there is one; None if by keys alone."""
    if loaded.plan.people.link == "exact":
        return None
    own = own_model_file(loaded)
    return read_model(own) if own.exists() else shipped_model()


def own_model_file(loaded: LoadedPlan) -> Path:
    """Return where the model that a plan's own people taught stands: beside the decisions."""
    return (loaded.base / loaded.plan.people.decisions).with_name("link-model.toml")


def train(plan_file: Path) -> Path:
    """Learn the model from a plan's people, write it and return its file."""
    from percapita.people.link.train import trained

    loaded = load_plan(plan_file)
    tables = identity_tables(loaded)
    persons = Resolution(collect(tables), Settled()).persons()
    target = own_model_file(loaded)
    target.write_text(trained(persons, tables, shipped_model(), loaded.plan.organization.id).text, encoding="utf-8")
    return target


def _linked(
    loaded: LoadedPlan,
    files: Sequence[SourceFile],
    hashes: Mapping[str, str] | None,
    tables: Sequence[IdentityTable],
    nodes: Identities,
    decided: Applied,
) -> Linked:
    model = link_model(loaded)
    if model is None or not can_be_compared(tables):
        return exact(nodes, decided)
    home = data_home(loaded.file)
    if hashes is None:
        remembered = HashCache(home)
        hashes = {file.path: sha256_of(file, remembered) for file in files}
    said = [[file.path, hashes[file.path], msgspec.json.encode(file.source).decode()] for file in files]
    kinds = msgspec.json.encode(loaded.plan.kind).decode()  # an account that is no person has no links
    key = sha256_hex(canonical_json([__version__, model.sha256, said, kinds]))[:32]
    return probable(nodes, tables, decided, model, Cache(links_of(loaded, home), key))


def hints_of(tables: Sequence[IdentityTable]) -> dict[tuple[str, int], str]:
    """Return the kinds of accounts that lists propose, by file and row."""
    hints: dict[tuple[str, int], str] = {}
    for table in tables:
        if "proposed_kind" in table.rows.column_names:
            columns = (table.rows.column(name).to_pylist() for name in ("row", "proposed_kind"))
            hints |= {(table.path, row): kind for row, kind in zip(*columns, strict=True) if kind is not None}
    return hints


def _organization(loaded: LoadedPlan) -> Organization:
    """Return the names of the organization and its entities, and when these belong to it."""
    plan = loaded.plan
    entities = {one.name.casefold(): one.id for one in plan.entity}
    entities |= {one.id.casefold(): one.id for one in plan.entity}
    own = {text.casefold(): plan.organization.id for text in (plan.organization.id, plan.organization.name)}
    owned: dict[str, list[tuple[date, date]]] = {}
    for one in plan.entity:
        owned.setdefault(one.id, []).append((one.valid_from or date.min, one.valid_to or date.max))
    return Organization(entities, entities | own, owned)
