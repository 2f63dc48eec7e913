"""The states and territories of the United States, by name and by postal code."""

from __future__ import annotations

_NAMES = """
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia
FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine
MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada
NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma
OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah
VT Vermont|VA Virginia|WA Washington
WV West Virginia|WI Wisconsin|WY Wyoming|VI Virgin Islands|GU Guam|AS American Samoa
MP Northern Mariana Islands|VI U.S. Virgin Islands
"""
CODES = {
    entry[3:].strip().upper(): entry[:2] for line in _NAMES.strip().splitlines() for entry in line.strip().split("|")
}


def state_code(text: str) -> str:
    """Return the postal code of a state written by name or code; what is neither stays as it is, in capitals."""
    word = " ".join(text.upper().split())
    return CODES.get(word, word)
