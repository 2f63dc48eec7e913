"""What the maker of the twelve hospitals knows about some of their figures, without reading a file back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from percapita.demo.hospitals.estate import JOINED, JOINS, LAST_DAY, MISSING_MONTH, SOLD
from percapita.demo.hospitals.people import Worker
from percapita.demo.hospitals.use import Event, Listed
from percapita.demo.people import NEW_YEAR

_COUNTED = {
    "ehr": ("order.enter", "charge.capture", "visit.close"),
    "encoder": ("code.search",),
    "lab": ("order.create", "charge.drop"),
}


@dataclass(frozen=True)
class HospitalsTruth:
    """Hold the truth about some figures, as exact keys can tell people apart.

    - `users`: individual users by system: of logs, of roles, of last sign-ins. `late_users`: those of the encoder when
      the file of the missing month is there, too.
    - `leavers`: users of the record who had left by the end of the year; `outside_us`: those who work abroad.
    - `joined_at_use` and `sold_at_use`: users of the record in the hospital that joined, and in the one that was sold,
      while these were the organization's.
    - `with_access`: people with an enabled account of the record.
    """

    users: Mapping[str, int]
    late_users: int
    leavers: int
    outside_us: int
    joined_at_use: int
    sold_at_use: int
    with_access: int


def truth_of(
    workers: list[Worker], events: Mapping[str, list[Event]], accounts: Mapping[str, list[Listed]]
) -> HospitalsTruth:
    """Return the truth from what was made."""
    of_login = {worker.login: worker for worker in workers}
    record = [event for event in events["ehr"] if event[3] in _COUNTED["ehr"]]
    own = {one.account: one for one in accounts["ehr"]}
    acting = {login for _, _, login, _ in record}
    known = [of_login[login] for login in acting if own[login].keyed]
    encoder = [event for event in events["encoder"] if event[3] in _COUNTED["encoder"]]
    return HospitalsTruth(
        users={
            "ehr": len(acting),
            "encoder": len({login for day, _, login, _ in encoder if day.month != MISSING_MONTH}),
            "lab-bir": len({login for _, _, login, activity in events["lab-bir"] if activity in _COUNTED["lab"]}),
            "pharmacy-ald": _with_role(accounts["pharmacy-ald"], "Pharmacist"),
            "rehab-elm": _with_role(accounts["rehab-elm"], "Therapist"),
            "anesthesia-bir": _signed_in(accounts["anesthesia-bir"]),
        },
        late_users=len({login for _, _, login, _ in encoder}),
        leavers=sum(one.left for one in known),
        outside_us=sum(one.country != "US" for one in known),
        joined_at_use=_people(e for e in record if _is_of(of_login, own, e, JOINED) and e[0] >= JOINS),
        sold_at_use=_people(e for e in record if _is_of(of_login, own, e, SOLD) and e[0] <= LAST_DAY),
        with_access=sum(one.enabled and one.worker is not None for one in accounts["ehr"]),
    )


def _people(events: Iterable[Event]) -> int:
    return len({login for _, _, login, _ in events})


def _is_of(of_login: Mapping[str, Worker], own: Mapping[str, Listed], event: Event, hospital: str) -> bool:
    """Tell whether the account is known to be of someone who worked in the hospital on that day."""
    day, _, login, _ = event
    contracts = of_login[login].contracts
    return own[login].keyed and any(one.entity == hospital and one.holds(day) for one in contracts)


def _with_role(listed: Iterable[Listed], role: str) -> int:
    return sum(one.enabled and one.role == role for one in listed if one.worker is not None)


def _signed_in(listed: Iterable[Listed]) -> int:
    known = (one for one in listed if one.worker is not None and one.enabled)
    return sum(one.last_login is not None and one.last_login >= NEW_YEAR for one in known)
