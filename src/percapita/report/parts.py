"""The sections of the user count report, each drawn from the statement alone."""

from __future__ import annotations

from percapita.report.chart import months_chart
from percapita.report.html import Markup, bar, bullets, cell, isolated, paragraph, section, table
from percapita.report.words import BASIS, KINDS, USE_TYPES, number
from percapita.statement.types import Statement, SystemFigures, as_json


def head(statement: Statement) -> Markup:
    """Return the title and the facts that everything else hangs on."""
    period, definition = statement.period, statement.policy.user_definition
    known = [system for system in statement.systems if system.users is not None]
    facts = [
        ("Period", f"{period.start} to {period.end}"),
        ("Time zone", period.timezone),
        ("Different people", number(statement.persons)),
        ("Applications with a figure", f"{len(known)} of {len(statement.systems)}"),
        ("Definition of a user", f"{definition.id} ({definition.sha256[:12]})"),
        ("Engine", f"{statement.engine.name} {statement.engine.version}"),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{isolated(value)}</dd></div>" for name, value in facts)
    digest = as_json(statement)["digest"]
    return Markup(
        f"<h1>User count report: {isolated(statement.organization.name)}</h1>"
        f'<p class="soft">How many individual people used CPT in each application. Statement {digest[:23]}</p>'
        f'<dl class="facts">{items}</dl>'
    )


def open_points(statement: Statement) -> Markup:
    """Return what may still change a figure, the most people first."""
    found = statement.warnings
    if not found:
        return section("open", "What is open", paragraph("Nothing: every row, account and application was decided."))
    return section("open", "What is open", f'<div class="open">{bullets(found)}</div>')


def applications(statement: Statement) -> Markup:
    """Return the users of each application with what the figure rests on."""
    largest = max((system.users or 0 for system in statement.systems), default=0)
    rows = [
        (
            Markup(f'<span id="app-{place}">{cell(system.name)}</span>'),
            number(system.users),
            bar(system.users, largest),
            _range(system),
            BASIS[system.basis],
            KINDS[system.kind],
            system.idle_accounts,
            len(system.months_covered),
            system.days_covered,
            Markup(f'<span class="day">{cell(system.data_through)}</span>'),
        )
        for place, system in enumerate(statement.systems)
    ]
    heads = (
        "Application",
        "Users",
        "",
        "Range",
        "Rests on",
        "Kind",
        "Idle accounts",
        "Months with rows",
        "Days",
        "Data through",
    )
    note = (
        "A user is an individual person, counted once in each application. The range says what the figure would be if "
        "the open questions of identity were answered the other way. Idle accounts are human accounts of the "
        "application without a row in the period."
    )
    groups = [(group, members) for group, members in statement.groups.items()]
    suites = table("Groups of applications, each person once", ("Group", "Users"), groups, (1,)) if groups else ""
    return section(
        "applications",
        "Users of each application",
        paragraph(note),
        table("Individual users by application", heads, rows, (1, 6, 7, 8)),
        suites,
    )


def _range(system: SystemFigures) -> str:
    if system.range is None or system.range[0] == system.range[1]:
        return ""
    return f"{system.range[0]:,} to {system.range[1]:,}"


def counted(statement: Statement) -> list[SystemFigures]:
    """Return the systems whose users are people that are known one by one."""
    return [system for system in known(statement) if system.basis != "declared"]


def known(statement: Statement) -> list[SystemFigures]:
    """Return the systems with a figure."""
    return [system for system in statement.systems if system.users is not None]


def by_use(statement: Statement) -> Markup:
    """Return the users by kind of use."""
    rows = [(system.name, system.users, *(system.by_use[use] for use in USE_TYPES)) for system in known(statement)]
    heads = ("Application", "Users", *USE_TYPES.values())
    note = "One person may use an application in several ways, so the parts may add up to more than the users."
    return section("use", "By kind of use", paragraph(note), table("Users by kind of use", heads, rows, range(1, 5)))


def by_entity(statement: Statement) -> Markup:
    """Return the users by entity."""
    entities = sorted({entity for system in statement.systems for entity in system.by_entity})
    if not entities:
        return Markup("")
    names = {entity.id: entity.name for entity in statement.entities}
    rows = [(system.name, *(system.by_entity.get(entity, 0) for entity in entities)) for system in counted(statement)]
    note = "The entity of each user at the end of the period, else the last one known."
    heads = ("Application", *(names.get(entity, entity) for entity in entities))
    columns = range(1, len(entities) + 1)
    return section(
        "entity",
        "By entity",
        paragraph(note),
        table("Users by entity", heads, rows, columns),
        _at_use(statement, names),
    )


def _at_use(statement: Statement, names: dict[str, str]) -> str:
    """Return the users by the entity at the time of use, where that says something else."""
    if all(system.by_entity == system.by_entity_at_use for system in statement.systems):
        return ""
    entities = sorted({entity for system in statement.systems for entity in system.by_entity_at_use})
    rows = [
        (system.name, *(system.by_entity_at_use.get(entity, 0) for entity in entities)) for system in counted(statement)
    ]
    words = {**names, "not_owned": "not ours at the time"}
    heads = ("Application", *(words.get(entity, entity) for entity in entities))
    note = (
        "The entity that each user had when using the application: who moved counts under several. Not ours at the "
        "time: the entity had not joined yet, or had left."
    )
    caption = "Users by entity at the time of use"
    return paragraph(note) + table(caption, heads, rows, range(1, 1 + len(entities)))


def by_month(statement: Statement) -> Markup:
    """Return the users by month: a chart for each application with dated rows, and one table of all figures."""
    dated = [system for system in known(statement) if system.months_covered]
    if not dated:
        return Markup("")
    charts = [
        f"<figure>{months_chart(system.name, system.by_month, frozenset(system.months_missing))}"
        f"<figcaption>{cell(system.name)}</figcaption></figure>"
        for system in dated
    ]
    months = list(dated[0].by_month)
    rows = [(system.name, *(_month(system, month) for month in months)) for system in dated]
    note = "People with use in the month. A dashed month has no rows at all: the log may be missing."
    figures = table("Users by month", ("Application", *months), rows, range(1, len(months) + 1))
    return section("month", "By month", paragraph(note), f'<div class="charts">{"".join(charts)}</div>', figures)


def _month(system: SystemFigures, month: str) -> object:
    return "no rows" if month in system.months_missing else system.by_month[month]


def not_counted(statement: Statement) -> Markup:
    """Return which accounts were left out, and why."""
    rows = [
        (system.name, reason, accounts)
        for system in statement.systems
        for reason, accounts in (*system.excluded.items(), *system.needs_determination.items())
    ]
    rows += [
        (system.name, "no accounts source lists it", system.unknown_accounts)
        for system in statement.systems
        if system.unknown_accounts
    ]
    rows += [
        (system.name, "people with too few events", system.below_minimum)
        for system in statement.systems
        if system.below_minimum
    ]
    if not rows:
        return section("left-out", "What was not counted", paragraph("Every account with use was counted."))
    note = "Accounts with use in the period that stand for no user of the application, each with its reason."
    return section(
        "left-out",
        "What was not counted",
        paragraph(note),
        table("Accounts not counted", ("Application", "Why", "Accounts"), rows, (2,)),
    )


def undecided(statement: Statement) -> Markup:
    """Return the rows counted and those that fit no rule, lie outside the period or are of unlisted applications."""
    rows = [
        (
            system.name,
            system.events,
            system.accounts_seen,
            system.shared_accounts,
            system.undetermined.events,
            system.undetermined.persons,
            system.outside_period,
            system.users_on_proposals,
        )
        for system in statement.systems
        if system.events or system.undetermined.events or system.outside_period
    ]
    heads = (
        "Application",
        "Rows counted",
        "Accounts in them",
        "Shared ones",
        "Rows without a rule",
        "People these would add",
        "Rows outside the period",
        "Users by accounts that look like no person",
    )
    unlisted = list(statement.unlisted_systems.items())
    more = (
        table("Applications in the logs that are not listed", ("Application", "Rows"), unlisted, (1,))
        if unlisted
        else ""
    )
    return section("rows", "Rows", table("Rows of each application", heads, rows, range(1, 8)), more)


def identities(statement: Statement) -> Markup:
    """Return how accounts became people, and what is odd about them."""
    found = statement.identities
    rows: list[tuple[str, int]] = [
        ("Accounts listed", found.accounts),
        ("Workforce rows", found.workforce_rows),
        ("Human accounts without any row", statement.idle_accounts),
        ("Conflicts: a key ties different employee ids or NPIs", found.conflicts),
        ("Mailboxes that people with different names use", found.shared_mailboxes),
        ("Logins that several employee ids claim", found.shared_accounts),
        ("NPIs with a wrong check digit", found.invalid_npis),
        ("Pairs joined because they are very probably one person", found.links),
        ("Pairs that may be one person and wait for a decision", found.questions),
        ("Decisions of humans about two accounts", found.decisions),
    ]
    rows += [
        (f"Accounts of the unknown kind {kind!r}, counted as human", accounts)
        for kind, accounts in found.unrecognized_kinds.items()
    ]
    rows += [
        (f"Accounts that count as human and look like {kind!r}", accounts)
        for kind, accounts in found.proposed_kinds.items()
    ]
    return section("identities", "People and accounts", table("People and accounts", ("What", "How many"), rows, (1,)))


def inputs(statement: Statement) -> Markup:
    """Return what was read."""
    rows = [
        (one.path + (" (gone; kept digest)" if one.kept else ""), one.rows, one.rejected, one.sha256[:16])
        for one in statement.inputs
    ]
    return section("inputs", "What was read", table("Files", ("File", "Rows", "Unreadable", "SHA-256"), rows, (1, 2)))


def _linking(statement: Statement) -> str:
    """Return what was done about people whom keys leave apart."""
    model = statement.policy.link_model
    decided = "What a human decided about two accounts wins over every key."
    if model is None:
        return f"Nothing else joined accounts: no name, no birth date. {decided}"
    return (
        f"Where keys left people apart, names, birth dates and logins were compared by the model {model.id} "
        f"({model.sha256[:12]}). Pairs that are very probably one person were joined; pairs that may be one wait for a "
        f"decision, and the range holds both answers. {decided}"
    )


def method(statement: Statement) -> Markup:
    """Return the method in plain words."""
    definition = statement.policy.user_definition
    return section(
        "method",
        "How this was counted",
        paragraph(
            "Accounts were joined into people by exact keys: the employee id, the NPI, the mailbox. Nothing was joined "
            "that would have given one person two employee ids or two NPIs; an account without a key is its own person."
        ),
        paragraph(_linking(statement)),
        paragraph(
            "Each row of a log was given a use type by the first rule of the plan that fits. For each person and "
            "application one determination was made: counted or not, by which rule, on what first and last evidence. "
            "The users of an application are the people whose determination says counted."
        ),
        paragraph(
            f"Who counts is said by the definition of a user {definition.id}; the plan may leave out more accounts, "
            "with a reason, never fewer. Why one person counts: percapita explain PLAN ACCOUNT."
        ),
        paragraph(
            "A figure is as complete as its logs: months without rows are shown, a log that nobody handed over "
            "cannot be. Several people behind one undeclared login count as one."
        ),
    )
