"""Count the people of several systems together, from the persons of a count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from percapita.royalty.figures import Figures

PERSONS = "persons.parquet"


class Persons:
    """Hold who is counted in which system, as `persons.parquet` beside a statement tells."""

    def __init__(self, statement: Path, figures: Figures) -> None:
        """Remember where the file would be; it is read when it is first asked."""
        self._path, self._figures = statement.parent / PERSONS, figures

    def together(self, systems: Sequence[str]) -> int | None:
        """Return the different people of several systems.

        None where there is no such file, it cannot be read, or it does not give the users of the statement: then it is
        of another count.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        if not self._path.is_file():
            return None
        try:
            table = pq.read_table(self._path, columns=["system", "person", "counted"])
            counted = table.filter(pc.and_(table["counted"], pc.is_in(table["system"], pa.array(list(systems)))))
        except (pa.ArrowException, KeyError, OSError, TypeError):
            return None
        users = {one["values"]: one["counts"] for one in pc.value_counts(counted["system"]).to_pylist()}
        told = {name: self._users(name) for name in systems}
        if any(users.get(name, 0) != told[name] for name in systems):
            return None
        return int(pc.count_distinct(counted["person"]).as_py())

    def _users(self, name: str) -> int | None:
        found = self._figures.system(name)
        return found.users if found else None
