"""The trouble of a real organization, planted: each function plants one kind and returns how often."""

from __future__ import annotations

from collections.abc import Callable

from percapita.demo.accounts import Account, World, new_account
from percapita.demo.activity import DAY, HOUR, YEAR
from percapita.demo.estate import DOMAIN, UNLISTED, USES
from percapita.demo.people import Person

SHARED_MAILBOX = f"core.lab@{DOMAIN}"
TRAINING = "zz_train"
NOON = 12 * HOUR

Planted = dict[str, int]


def plant(world: World) -> Planted:
    """Plant every trouble and return how many of each there are."""
    pick = _Pick(world)
    return {name: plant_one(world, pick) for name, plant_one in TROUBLES.items()}


class _Pick:
    """Choose people who work here the whole year, nobody twice."""

    def __init__(self, world: World) -> None:
        self._free: dict[str, list[Person]] = {}
        for person in world.people:
            if person.steady:
                self._free.setdefault(person.job.title, []).append(person)

    def __call__(self, job: str, count: int) -> list[Person]:
        """Return up to `count` people of a job."""
        free = self._free.get(job, [])
        chosen, self._free[job] = free[:count], free[count:]
        return chosen


def _rows(world: World, system: str, account: int, rows: int, first: int = 0, last: int = 364) -> None:
    """Add rows of every activity of a system, so that some count, between two days."""
    activities = list(USES[system])
    for row in range(rows):
        day = world.rng.randint(first, last)
        second = day * DAY + 8 * HOUR + world.rng.randrange(9 * HOUR)
        world.events[system].append((second, account, activities[row % len(activities)]))


def _machine(world: World, directory: str, login: str, kind: str, system: str, rows: int) -> None:
    account = Account(directory, world.login(login), kind=kind, given="", family=login)
    _rows(world, system, world.add(account), rows)


def _services(world: World, pick: _Pick) -> int:
    _machine(world, "enterprise", "svc_scrubber", "service", "scrubber", 2_400)
    _machine(world, "enterprise", "svc_billing_batch", "service", "billing", 2_400)
    world.add(Account("enterprise", world.login("svc_backup"), kind="service", family="svc_backup"))
    return 3


def _interfaces(world: World, pick: _Pick) -> int:
    _machine(world, "ehr", "HL7-CHARGES", "interface", "ehr", 5_000)
    _machine(world, "lab", "HL7-ORDERS", "interface", "lab", 4_000)
    return 2


def _tests(world: World, pick: _Pick) -> int:
    _machine(world, "ehr", "TESTNURSE1", "test", "ehr", 120)
    _machine(world, "ehr", "TESTDOC1", "test", "ehr", 90)
    _machine(world, "lab", "TESTTECH", "test", "lab", 60)
    return 3


def _bots(world: World, pick: _Pick) -> int:
    _machine(world, "enterprise", "rpa_claims01", "bot", "billing", 1_500)
    return 1


def _agents(world: World, pick: _Pick) -> int:
    _machine(world, "ehr", "AI-SCRIBE-1", "ai_agent", "ehr", 900)
    return 1


def _kiosks(world: World, pick: _Pick) -> int:
    for number in (1, 2, 3):
        _machine(world, "ehr", f"KIOSK-ED-{number}", "shared", "ehr", 400)
    return 3


def _undeclared_kiosk(world: World, pick: _Pick) -> int:
    """List one login twice, with the employee ids of two people: nothing else says that it is shared."""
    one, other = pick("Registered nurse", 2)
    account = Account(
        "enterprise",
        world.login("ordesk"),
        employee_id=str(one.employee),
        second_employee_id=str(other.employee),
    )
    _rows(world, "or_schedule", world.add(account), 300)
    return 1


def _training(world: World, pick: _Pick) -> int:
    """Add accounts that only their name gives away; the plan excludes them by it."""
    for number in (1, 2, 3):
        account = Account("ehr", world.login(f"{TRAINING}{number}"), given="Training", family=f"User {number}")
        account.left_out = account.alone = True
        _rows(world, "ehr", world.add(account), 60)
    return 3


def _renamed(world: World, pick: _Pick) -> int:
    """Give people an earlier login under an earlier name, with the same employee id, until some day in spring."""
    people = [*pick("Biller", 2), *pick("Coder", 2), *pick("Procedure nurse", 2)]
    for place, person in enumerate(people):
        until = 60 + 10 * place
        system = person.job.work[0].system
        now = world.own_account(person, system)
        old = new_account(world, person, world.accounts[now].directory)
        old.family, old.email, old.enabled = "Formerly", "", False
        old.employee_id = old.employee_id or str(person.employee)
        _hand_over(world, system, now, world.add(old), until)
    return len(people)


def _hand_over(world: World, system: str, now: int, old: int, until: int) -> None:
    """Give the rows before a day to the old account; see that both have some that count."""
    world.events[system] = [
        (second, old if account == now and second < until * DAY else account, activity)
        for second, account, activity in world.events[system]
    ]
    _rows(world, system, old, len(USES[system]), 10, until - 1)
    _rows(world, system, now, len(USES[system]), until, 360)


def _used_conflicts(world: World, pick: _Pick) -> int:
    """See that those whom an e-mail ties together all used the EHR; the e-mail ties them two by two."""
    disputed = [person for person in world.people if person.disputed]
    for person in disputed:
        account = world.own_account(person, "ehr")
        _rows(world, "ehr", account, len(USES["ehr"]), person.days[0], person.days[-1])
    return len(disputed) // 2


def _second_accounts(world: World, pick: _Pick) -> int:
    """Give people a second EHR account for downtime, without any key: exact keys count them twice."""
    people = pick("Procedure nurse", 4)
    for place, person in enumerate(people, start=1):
        name = f"DOWNTIME{place:02d}"
        spare = Account(
            "ehr", world.login(name), person=person, given=person.given[:1], family=person.family, alone=True
        )
        _rows(world, "ehr", world.add(spare), len(USES["ehr"]))
        _rows(world, "ehr", world.own_account(person, "ehr"), len(USES["ehr"]))
    return len(people)


def _keyless(world: World, pick: _Pick) -> int:
    """Take the keys from laboratory accounts: exact keys take their people for others than in the EHR."""
    return _strip(world, pick("Laboratory technologist", 4), "")


def _mailbox(world: World, pick: _Pick) -> int:
    """Leave laboratory accounts of different names one shared mailbox as their only key, which is none."""
    people = _differently_named(pick("Laboratory technologist", 5))
    planted = _strip(world, people, SHARED_MAILBOX)
    for day in range(4, 360, 7):
        world.received.append((day * DAY + 6 * HOUR, SHARED_MAILBOX, "RPT-114 Procedure volumes", None))
    return planted


def _differently_named(people: list[Person]) -> list[Person]:
    return list({person.given + person.family: person for person in people}.values())


def _strip(world: World, people: list[Person], email: str) -> int:
    for person in people:
        for system in ("lab", "ehr"):
            _rows(world, system, world.own_account(person, system), len(USES[system]), 0, 170)
        account = world.accounts[world.own_account(person, "lab")]
        account.employee_id, account.email, account.alone = "", email, True
    return len(people)


def _unknown(world: World, pick: _Pick) -> int:
    """Add rows of users who were deleted from the directories, and mail to an address outside."""
    planted = [("ehr", "ehr", 9), ("enterprise", "billing", 4), ("lab", "lab", 2), ("enterprise", "clinic_pm", 2)]
    for directory, system, count in planted:
        for number in range(count):
            account = Account(directory, world.login(f"gone{system[:3]}{number + 1}"), listed=False)
            _rows(world, system, world.add(account), 40, 0, 120)
    for day in range(4, 360, 28):
        world.received.append((day * DAY + 6 * HOUR, "partner@auditors.example", "RPT-101 Charge lag", None))
    return sum(count for _, _, count in planted) + 1


def _unlisted_system(world: World, pick: _Pick) -> int:
    """Let some nurses use a system that the plan does not list."""
    nurses = pick("Registered nurse", max(2, len(world.people) // 90))
    for nurse in nurses:
        _rows(world, UNLISTED, world.own_account(nurse, UNLISTED), world.rng.randrange(4, 20))
    return 1


def _edge_of_period(world: World, pick: _Pick) -> int:
    """Put rows around both midnights that part the years, where the day in UTC is another than the local one.

    Of two people of Facilities the first used the EHR only in the last local hours before the period, the second only
    in its last hour: in UTC the years of the two are exchanged.
    """
    before, after = pick("Facilities", 2)
    for person, second in ((before, -90 * 60), (after, YEAR - 30 * 60)):
        index = world.add(new_account(world, person, "ehr"))
        world.events["ehr"].append((second, index, "charge.capture"))
        world.events["ehr"].append((200 * DAY + NOON, index, "login"))
    for system in ("ehr", "billing", "lab", "clinic_pm"):
        for _, account, activity in world.events[system][:40]:
            world.events[system].append((-world.rng.randrange(1, 5 * HOUR), account, activity))
            world.events[system].append((YEAR + world.rng.randrange(5 * HOUR), account, activity))
    for _, account, activity in world.events["pacs"][:20]:
        world.events["pacs"].append((-DAY, account, activity))
        world.events["pacs"].append((YEAR + DAY, account, activity))
    return 2


TROUBLES: dict[str, Callable[[World, _Pick], int]] = {
    "service_accounts": _services,
    "interface_accounts": _interfaces,
    "test_accounts": _tests,
    "bots": _bots,
    "ai_agents": _agents,
    "shared_accounts": _kiosks,
    "undeclared_shared_accounts": _undeclared_kiosk,
    "accounts_excluded_by_plan": _training,
    "renamed_logins": _renamed,
    "identity_conflicts": _used_conflicts,
    "second_accounts_without_key": _second_accounts,
    "accounts_without_key": _keyless,
    "accounts_on_a_shared_mailbox": _mailbox,
    "unknown_accounts": _unknown,
    "unlisted_systems": _unlisted_system,
    "people_at_the_edge_of_the_period": _edge_of_period,
}
