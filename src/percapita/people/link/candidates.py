"""Which pairs of persons are worth comparing: those that agree in something rare and that no identifier forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LARGEST_BLOCK = 100  # persons who share a name: of more, a name alone finds nobody; their birth dates may
LARGEST_DATED = 1_000

# A block is what two persons must share. Two persons with different employee ids or NPIs are compared only where they
# share a birth date too, or where the ids differ in one sign.
KEYS = """
CREATE TEMP TABLE block AS
WITH n AS (
  SELECT record.id, g.sound AS g, f.sound AS f, f.name AS family, left(f.name, 4) AS head, right(f.name, 4) AS tail,
    left(record.given, 1) AS initial
  FROM record,
    (SELECT id, unnest(given_sounds) AS sound FROM record) g,
    (SELECT id, unnest(family_sounds) AS sound, unnest(families) AS name FROM record) f
  WHERE g.id = record.id AND f.id = record.id),
d AS (SELECT id, unnest(born) AS day FROM record),
g AS (SELECT id, unnest(given_sounds) AS sound FROM record),
f AS (SELECT id, unnest(family_sounds) AS sound FROM record)
SELECT DISTINCT kind, key, id FROM (
  SELECT 'name' AS kind, least(g, f) || ' ' || greatest(g, f) AS key, id FROM n
  UNION ALL SELECT 'head', g || ' ' || head, id FROM n
  UNION ALL SELECT 'tail', g || ' ' || tail, id FROM n
  UNION ALL SELECT 'initial', initial || ' ' || family, id FROM n
  UNION ALL SELECT 'dated', day || ' ' || sound, id FROM d JOIN g USING (id)
  UNION ALL SELECT 'dated', day || ' ' || sound, id FROM d JOIN f USING (id)
  UNION ALL SELECT 'handle', handle, id FROM (SELECT id, unnest(handles) AS handle FROM record)
) WHERE key IS NOT NULL
"""
# Of two birth dates the year or the day of the year must be the same: one sign wrong leaves one of them right.
PAIRS = """
CREATE TEMP TABLE pair AS
WITH sized AS (SELECT b.*, r.employee, r.npi, count(*) OVER (PARTITION BY kind, key) AS size
  FROM block b JOIN record r USING (id)),
found AS (
  SELECT DISTINCT l.id AS join_key_l, r.id AS join_key_r
  FROM sized l JOIN sized r ON l.kind = r.kind AND l.key = r.key AND l.id < r.id
  WHERE l.size <= CASE l.kind WHEN 'dated' THEN {largest_dated} ELSE {largest} END AND (l.kind = 'dated' OR
    ((l.employee IS NULL OR r.employee IS NULL OR l.employee = r.employee)
      AND (l.npi IS NULL OR r.npi IS NULL OR l.npi = r.npi))
    OR (l.kind = 'name' AND len(l.employee) > 3 AND abs(len(l.employee) - len(r.employee)) <= 1
      AND damerau_levenshtein(l.employee, r.employee) = 1)))
SELECT join_key_l, join_key_r, '0' AS match_key
FROM found JOIN record l ON l.id = join_key_l JOIN record r ON r.id = join_key_r
WHERE len(l.born) = 0 OR len(r.born) = 0
  OR list_has_any(list_transform(l.born, lambda d: left(d, 4)), list_transform(r.born, lambda d: left(d, 4)))
  OR list_has_any(list_transform(l.born, lambda d: right(d, 4)), list_transform(r.born, lambda d: right(d, 4)))
ORDER BY join_key_l, join_key_r
"""


def find_candidates(connection: DuckDBPyConnection) -> int:
    """Make the table `pair` (join_key_l, join_key_r, match_key) from the table `record`; return the number of pairs."""
    connection.execute(KEYS)
    connection.execute(PAIRS.format(largest=LARGEST_BLOCK, largest_dated=LARGEST_DATED))
    return int(connection.execute("SELECT count(*) FROM pair").fetchall()[0][0])
