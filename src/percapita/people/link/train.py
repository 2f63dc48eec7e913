"""Learn the model's parameters from an organization's own people, without labels, by expectation maximization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from percapita.errors import InputError
from percapita.people.identities import IdentityTable
from percapita.people.link.model import CONDITIONS, REST, LinkModel, level_names
from percapita.people.link.records import make_records
from percapita.people.link.score import database, linker_of
from percapita.people.resolve import Persons

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Pairs that share a birth date and the sound of a name teach how names and logins agree; pairs of one name how birth
# dates do. Only pairs that could be linked teach: never two employee ids.
FREE = "(l.employee IS NULL OR r.employee IS NULL)"
LESSONS = (
    f"l.born[1] = r.born[1] AND {FREE}",
    f"l.given = r.given AND l.family = r.family AND {FREE}",
)
LEAST = 0.0005  # no level is impossible


def trained(persons: Persons, tables: Sequence[IdentityTable], model: LinkModel, name: str) -> LinkModel:
    """Return the model with the m that these people teach; what they cannot teach, and every u, stays.

    Raises InputError when there is nobody to learn from.
    """
    with database() as connection:
        size = make_records(connection, persons, tables)
        if not all(_pairs(connection, lesson) for lesson in LESSONS):
            raise InputError(
                "no two records share a name or a birth date: there is nothing to learn from",
                "people train",
                "keep the model that ships",
            )
        _, linker = linker_of(connection, model, size)
        for lesson in LESSONS:
            linker.training.estimate_parameters_using_expectation_maximisation(
                lesson, fix_u_probabilities=True, fix_probability_two_random_records_match=False
            )
        learned = linker.misc.save_model_to_json(None)
    return LinkModel(_as_toml(model, learned, name))


def _pairs(connection: DuckDBPyConnection, lesson: str) -> bool:
    query = f"SELECT 1 FROM record l JOIN record r ON l.id < r.id AND {lesson} LIMIT 1"
    return bool(connection.execute(query).fetchall())


def _as_toml(model: LinkModel, learned: dict[str, Any], name: str) -> str:
    """Return the parameters as the file of a model."""
    heads = [f'id = "{name}"', *(f"{head} = {model.table[head]}" for head in HEADS)]
    found = {one["output_column_name"]: _m(one) for one in learned["comparisons"]}
    for comparison in CONDITIONS:
        heads += ["", f"[{comparison}]"]
        known = {level: dict(model.table[comparison][level]) for level in level_names(comparison)[::-1]}
        taught = found.get(comparison, {})
        if set(taught) == set(known):
            total = sum(taught.values())
            known = {level: {"m": round(taught[level] / total, 6), "u": said["u"]} for level, said in known.items()}
        heads += [f"{level} = {{ m = {said['m']}, u = {said['u']} }}" for level, said in known.items()]
    return "\n".join(heads) + "\n"


HEADS = ("link_above", "review_above", "margin", "prior")


def _m(comparison: dict[str, Any]) -> dict[str, float]:
    """Return the m of each level by its name."""
    rest = REST.get(comparison["output_column_name"], "different")
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return {
        rest if level["sql_condition"] == "ELSE" else level["label_for_charts"]: max(level["m_probability"], LEAST)
        for level in levels
        if "m_probability" in level
    }
