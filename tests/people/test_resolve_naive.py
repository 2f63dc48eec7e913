"""The product's people are those of the naive implementation, in whatever order files and rows come."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import naive
from tests.people.draw import anchors, labels, numbered, partition, people, rows
from tests.people.naive import Row

MANY = settings(max_examples=400, deadline=None)
SOME = settings(max_examples=150, deadline=None)


@MANY
@given(rows())
def test_the_same_people_as_the_naive_implementation(found: list[Row]) -> None:
    persons = people(found)
    expected = naive.resolve(found)
    assert partition(persons) == expected.people
    assert persons.shared_mailboxes == expected.shared_mailboxes
    level = {"employee_id": "employee", "npi": "npi", "email": "mailbox"}
    assert {(level[conflict.level], frozenset(conflict.keys)) for conflict in persons.conflicts} == expected.conflicts


@SOME
@given(rows(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_rows_changes_nobody(found: list[Row], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = people(found), people(shuffled)
    assert anchors(first) == anchors(second)
    assert first.anchors == second.anchors
    assert first.shared_mailboxes == second.shared_mailboxes
    assert first.by_mailbox == second.by_mailbox
    assert first.by_employee == second.by_employee
    assert first.conflicts == second.conflicts
    assert first.together == second.together


@SOME
@given(rows())
def test_no_person_has_two_employee_ids_or_npis(found: list[Row]) -> None:
    nodes = {node.label: node for node in naive.nodes_of(found)}
    for person in partition(people(found)):
        sure = [nodes[label] for label in person if not nodes[label].shared]
        assert len(set().union(*(node.employee for node in sure))) <= 1
        assert len(set().union(*(node.npi for node in sure))) <= 1
        assert sure or len(person) == 1, "a shared account is joined to nobody"


@SOME
@given(rows())
def test_every_link_has_a_shared_key(found: list[Row]) -> None:
    persons = people(found)
    nodes = {node.label: node for node in naive.nodes_of(found)}

    def keys(label: naive.Label) -> set[tuple[str, str]]:
        node = nodes[label]
        mailboxes = node.mailbox - persons.shared_mailboxes
        named = (("employee", node.employee), ("npi", node.npi), ("mailbox", mailboxes))
        return {(kind, key) for kind, values in named for key in values}

    for person in partition(persons):
        reached = {min(person)}
        for _ in person:
            held = set().union(*(keys(label) for label in reached))
            reached |= {label for label in person if keys(label) & held}
        assert reached == person


@SOME
@given(rows())
def test_persons_are_numbered_by_unique_anchors(found: list[Row]) -> None:
    persons = people(found)
    assert persons.anchors == sorted(set(persons.anchors))
    assert sorted(node for members in persons.nodes for node in members) == list(range(len(persons.identities)))
    for number, members in enumerate(persons.nodes):
        assert {persons.of_node[node] for node in members} == {number}
    for conflict in persons.conflicts:
        assert len(conflict.persons) > 1
        assert len({persons.together[person] for person in conflict.persons}) == 1


def strangers() -> st.SearchStrategy[list[Row]]:
    """Return rows of people who share no key with anybody, each with a login and a mailbox of its own."""

    def row(at: tuple[str, str | None], number: int, employee: bool) -> Row:
        return {
            "path": at[0], "directory": at[1], "account_id": f"new{number}" if at[1] else None,
            "employee_id": str(9000 + number) if employee else None, "email": f"new{number}@y.org",
        }  # fmt: skip

    files = st.sampled_from([("hr.csv", None), ("ad.csv", "ad"), ("0.csv", "ad")])
    numbers = st.lists(st.integers(0, 50), unique=True, max_size=4)
    return st.builds(
        lambda at, several, employee: [row(at, one, employee) for one in several], files, numbers, st.booleans()
    )


@SOME
@given(rows(), strangers(), st.data())
def test_unrelated_rows_change_nobody(found: list[Row], new: list[Row], data: st.DataObject) -> None:
    """Also where they stand above the others, so that the numbers of these change."""
    marked = [{**row, "mark": place} for place, row in enumerate(found)]
    mixed = list(marked)
    for row in new:
        mixed.insert(data.draw(st.integers(0, len(mixed))), row)
    before, after = numbered(marked), numbered(mixed)
    renamed = {naive.label_of(row): naive.label_of(again) for row in before for again in after if again.get("mark") == row["mark"]}  # fmt: skip
    later = anchors(people(after))
    for person, anchor in anchors(people(before)).items():
        if not anchor.startswith("workforce:"):
            assert later[frozenset(renamed[label] for label in person)] == anchor


@SOME
@given(rows())
def test_who_can_be_met_does_not_hang_on_a_row_number(found: list[Row]) -> None:
    persons = people(found)
    for known in (persons.by_mailbox, persons.by_employee):
        for person in known.values():
            assert "workforce:" not in persons.anchors[person]
    assert len(labels(persons)) == len(set(labels(persons)))


@SOME
@given(rows())
def test_a_key_leads_to_the_only_person_who_has_it(found: list[Row]) -> None:
    persons = people(found)
    nodes = {node.label: node for node in naive.nodes_of(found)}
    known = labels(persons)
    for what, by_key, out in (("mailbox", persons.by_mailbox, persons.shared_mailboxes), ("employee", persons.by_employee, frozenset())):  # fmt: skip
        expected: dict[str, set[int]] = {}
        for node, label in enumerate(known):
            if not nodes[label].shared:
                for key in getattr(nodes[label], what) - out:
                    expected.setdefault(key, set()).add(persons.of_node[node])
        assert by_key == {key: min(found) for key, found in expected.items() if len(found) == 1}
