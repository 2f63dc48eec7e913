"""Hold what the two templates of CMS ask for: v3.0.0, in force since 2026, and the last of v2, for reading old files.

Source: the CSV and JSON data dictionaries v3.0 and v2.2 of CMS.
"""

from __future__ import annotations

from dataclasses import dataclass

from percapita.chargemaster.cells import CODE_TYPES, CODE_TYPES_3

ATTESTATION = (
    "To the best of its knowledge and belief, this hospital has included all applicable standard charge information"
    " in accordance with the requirements of 45 CFR 180.50, and the information encoded is true, accurate, and "
    "complete as of the date in the file. This hospital has included all payer-specific negotiated charges in "
    "dollars that can be expressed as a dollar amount. For payer-specific negotiated charges that cannot be "
    "expressed as a dollar amount in the machine-readable file or not knowable in advance, the hospital attests "
    "that the payer-specific negotiated charge is based on a contractual algorithm, percentage or formula that "
    "precludes the provision of a dollar amount and has provided all necessary information available to the "
    "hospital for the public to be able to derive the dollar amount, including, but not limited to, the specific "
    "fee schedule or components referenced in such percentage, algorithm or formula."
)
AFFIRMATION = (
    "To the best of its knowledge and belief, the hospital has included all applicable standard charge information "
    "in accordance with the requirements of 45 CFR 180.50, and the information encoded is true, accurate, and "
    "complete as of the date indicated."
)
CSV_STATES = (
    "AL", "AK", "AS", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "GU", "HI", "ID", "IL", "IN", "IA",
    "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC",
    "ND", "MP", "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VI", "VA", "WA", "WV",
    "WI", "WY",
)  # fmt: skip
JSON_STATES = (*CSV_STATES, "FM", "MH", "PW")
LICENSE = "license_number | [state]"


@dataclass(frozen=True)
class Template:
    """Hold a template: its name, what files of it say in `version`, its headers of row 1, its words."""

    name: str
    csv_versions: tuple[str, ...]
    json_versions: tuple[str, ...]
    headers: tuple[str, ...]
    statement: str
    statement_word: str
    code_types: tuple[str, ...]
    payer_columns: tuple[str, ...]

    @property
    def is_v3(self) -> bool:
        """Tell whether this is the template in force."""
        return self.name == V3_NAME


V3_NAME, V2_NAME, AUTO = "v3.0.0", "v2.x", "auto"
SHARED = ("hospital_name", "last_updated_on", "version", "hospital_address", LICENSE)
TEMPLATES = {
    V3_NAME: Template(
        V3_NAME,
        ("3.0.0",),
        ("3.0.0",),
        (*SHARED, "location_name", "type_2_npi", ATTESTATION, "attester_name"),
        ATTESTATION,
        "attestation",
        CODE_TYPES_3,
        ("additional_payer_notes", "median_amount", "10th_percentile", "90th_percentile", "count"),
    ),
    V2_NAME: Template(
        V2_NAME,
        ("2.0.0",),
        ("2.0.0", "2.2.0", "2.2.1"),
        (*SHARED, "hospital_location", AFFIRMATION),
        AFFIRMATION,
        "affirmation",
        CODE_TYPES,
        ("additional_payer_notes", "estimated_amount"),
    ),
}


def template_for(wanted: str, said: str) -> Template:
    """Return the template of that name; `auto` is v2.x for a file that says so, else the one in force."""
    if wanted == AUTO:
        return TEMPLATES[V2_NAME if said.startswith("2.") else V3_NAME]
    return TEMPLATES[wanted]
