"""Keys with Splink as its own documentation begins: its ready comparisons, its training, its clusters at 0.95."""

from __future__ import annotations

from collections.abc import Sequence

from percapita.people.forest import Forest
from percapita.people.identities import IdentityTable
from percapita.people.link.records import make_records
from percapita.people.link.score import database
from percapita.people.resolve import Persons

QUERY = """
CREATE TEMP TABLE flat AS SELECT id, given, family, strptime(born[1], '%Y%m%d')::DATE AS born,
  mailboxes[1] AS email, handles[1] AS handle FROM record
"""


def untuned(persons: Persons, tables: Sequence[IdentityTable]) -> list[int]:
    """Return the group of each person."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rules = [block_on("given", "family"), block_on("born", "family"), block_on("born", "given"), block_on("handle")]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[
            cl.NameComparison("given").configure(term_frequency_adjustments=True),
            cl.NameComparison("family").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("born", input_is_string=False),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[*rules],
    )
    forest = Forest(len(persons.nodes))
    with database() as connection:
        make_records(connection, persons, tables)
        connection.execute(QUERY)
        linker = Linker(DuckDBAPI(connection).register("flat"), settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match([rules[0], rules[1]], recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for lesson in (rules[0], rules[1]):
            linker.training.estimate_parameters_using_expectation_maximisation(lesson)
        found = linker.inference.predict(threshold_match_probability=0.95, warning_mode="never")
        for pair in connection.execute(f"SELECT id_l, id_r FROM {found.physical_name}").fetchall():
            forest.join(pair)
    return forest.roots()
