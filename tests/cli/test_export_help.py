"""`percapita export-help` lists products, prints one, suggests the nearest."""

from __future__ import annotations

import json

import pytest

from percapita.sources.exports import UNVERIFIED, exports
from tests.cli.conftest import Complaint, Told


def test_products_are_listed(told: Told) -> None:
    text = told("export-help")
    assert all(name in text for name in exports())
    listed = json.loads(told("export-help", "--format", "json"))
    assert [one["name"] for one in listed] == list(exports())


@pytest.mark.parametrize("name", exports())
def test_a_product_is_printed(name: str, told: Told) -> None:
    text = told("export-help", name)
    export = exports()[name]
    assert export.title in text
    assert (UNVERIFIED in text) is not export.verified
    assert export.plan.strip().splitlines()[0] in text
    assert json.loads(told("export-help", name, "--format", "json"))["text"] == text


def test_sql_and_scripts_are_nothing_else(told: Told) -> None:
    """What surrounds them are comments, so that the output can be run as it is."""
    lines = told("export-help", "epic").splitlines()
    code = [line for line in lines if not line.startswith("--")]
    assert code[0] == "SELECT"
    assert lines[0].startswith("-- ")
    assert told("export-help", "exchange").startswith("# ")


def test_an_unknown_product_is_refused(complaint: Complaint) -> None:
    assert complaint("export-help", "epix") == (
        2,
        "nothing is known of 'epix' · percapita export-help · did you mean 'epic'?",
    )
