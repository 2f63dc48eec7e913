"""Names and addresses of organizations as they can be compared: words in capitals, in one spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from percapita.industry.identifiers import zip5
from percapita.industry.states import state_code


def _words(text: str) -> list[str]:
    return text.split()


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


NUMBERS = _pairs(
    "ONE=1 TWO=2 THREE=3 FOUR=4 FIVE=5 SIX=6 SEVEN=7 EIGHT=8 NINE=9 TEN=10 FIRST=1 SECOND=2 THIRD=3 FOURTH=4 FIFTH=5 "
    "SIXTH=6 SEVENTH=7 EIGHTH=8 NINTH=9 TENTH=10"
)
STREETS = _pairs(
    "AVENUE=AVE AV=AVE STREET=ST ROAD=RD DRIVE=DR DOCTOR=DR BOULEVARD=BLVD HIGHWAY=HWY LANE=LN PLACE=PL PARKWAY=PKWY "
    "PKY=PKWY COURT=CT CIRCLE=CIR SQUARE=SQ ROUTE=RT RTE=RT SUITE=STE TERRACE=TER PLAZA=PLZ TURNPIKE=TPKE CENTER=CTR "
    "CENTRE=CTR EXPRESSWAY=EXPY FREEWAY=FWY NORTH=N SOUTH=S EAST=E WEST=W NORTHEAST=NE NORTHWEST=NW SOUTHEAST=SE "
    "SOUTHWEST=SW SAINT=ST MOUNT=MT FORT=FT"
)
NAMES = _pairs(
    "SAINT=ST SAINTS=ST MOUNT=MT FORT=FT CENTRE=CENTER CTR=CENTER HOSP=HOSPITAL HOSPITALS=HOSPITAL MED=MEDICAL "
    "REGL=REGIONAL MEM=MEMORIAL CNTY=COUNTY HLTH=HEALTH HEALTHCARE=HEALTH SVCS=SERVICES COMM=COMMUNITY UNIV=UNIVERSITY "
    "GEN=GENERAL DIST=DISTRICT CHILDREN=CHILDRENS PSYCHIATRY=PSYCHIATRIC REHAB=REHABILITATION WOMEN=WOMENS"
)
NO_NAMES = frozenset(_words("INC LLC LP LLP CORPORATION CORP INCORPORATED CO COMPANY LTD THE OF AND AT A FOR IN"))
SPECIALTIES = frozenset(
    _words(
        "BEHAVIORAL PSYCHIATRIC REHABILITATION CHILDRENS SURGICAL SURGERY SPECIALTY ORTHOPEDIC CANCER EYE WOMENS "
        "VETERANS VA SELECT KINDRED LTAC MENTAL RECOVERY CLINIC CLINICS PHYSICIANS PHYSICIAN ASSOCIATES DENTAL "
        "PHARMACY GROUP PRACTICE HOSPICE LABORATORY IMAGING DIALYSIS"
    )
)
BOX = re.compile(r"\bP\.?\s*O\.?\s*(?:BOX)?\b|\bBOX\b", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Hold a place as it is compared: words without order, the house number, digits of ZIP and phone."""

    name: frozenset[str]
    specialties: frozenset[str]
    address: frozenset[str]
    number: str
    box: bool
    city: str
    state: str
    zip: str
    phone: str


@lru_cache(maxsize=100_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in capitals, without accents and signs."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("\u2019", "").replace(".", ""))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).upper().replace("&", " AND ")
    return tuple(re.sub(r"[^A-Z0-9]+", " ", letters).split())


def place(name: str, address: str, city: str, state: str, zip: str, phone: str) -> Place:
    """Return a place as it can be compared."""
    name_words = frozenset(NAMES.get(word, word) for word in words(name)) - NO_NAMES
    street = [
        re.sub(r"(?<=\d)(?:ST|ND|RD|TH)$", "", NUMBERS.get(word, STREETS.get(word, word))) for word in words(address)
    ]
    digits = re.sub(r"\D", "", phone)[-10:]
    return Place(
        name=name_words,
        specialties=name_words & SPECIALTIES,
        address=frozenset(street),
        number=next((word for word in street if word[0].isdigit()), ""),
        box=bool(BOX.search(address)),
        city=" ".join(STREETS.get(word, word) for word in words(city)),
        state=state_code(state),
        zip=zip5(zip),
        phone=digits if len(digits) == 10 else "",
    )
