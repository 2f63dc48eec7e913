"""Make accounts whose people are known, with the disorder of real files: what the figures of linking are measured on.

60,000 people have 120,000 accounts in 8 directories. The main one is kept by human resources and holds nearly everybody;
employee ids stand on 97 % of its accounts and on 62 % elsewhere, sometimes prefixed or padded with zeros. Half of the
accounts have an e-mail address, three quarters a birth date. Short forms of names, typing errors, changed surnames,
shared mailboxes and second accounts in one directory are planted; the numbers stand in `Disorder`.
Names are drawn with frequencies that fall as those of real names do; the rarer half of the surnames is invented.
"""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

import pyarrow as pa

from percapita.people.identities import IdentityTable

MAIN = "hr"
DIRECTORIES = (MAIN, "ehr", "lab", "pacs", "billing", "pharmacy", "gateway", "analytics")
BY_NAME = {"hr", "lab", "gateway", "analytics"}  # where a login is made of the name; elsewhere it is a number

GIVEN = [
    "james",
    "mary",
    "robert",
    "patricia",
    "john",
    "jennifer",
    "michael",
    "linda",
    "david",
    "elizabeth",
    "william",
    "barbara",
    "richard",
    "susan",
    "joseph",
    "jessica",
    "thomas",
    "sarah",
    "christopher",
    "karen",
    "charles",
    "lisa",
    "daniel",
    "nancy",
    "matthew",
    "betty",
    "anthony",
    "margaret",
    "mark",
    "sandra",
    "donald",
    "ashley",
    "steven",
    "kimberly",
    "paul",
    "emily",
    "andrew",
    "donna",
    "joshua",
    "michelle",
    "kenneth",
    "carol",
    "kevin",
    "amanda",
    "brian",
    "dorothy",
    "george",
    "melissa",
    "timothy",
    "deborah",
    "ronald",
    "stephanie",
    "edward",
    "rebecca",
    "jason",
    "sharon",
    "jeffrey",
    "laura",
    "ryan",
    "cynthia",
    "jacob",
    "kathleen",
    "gary",
    "amy",
    "nicholas",
    "angela",
    "eric",
    "shirley",
    "jonathan",
    "anna",
    "stephen",
    "brenda",
    "larry",
    "pamela",
    "justin",
    "emma",
    "scott",
    "nicole",
    "brandon",
    "helen",
    "benjamin",
    "samantha",
    "samuel",
    "katherine",
    "gregory",
    "christine",
    "alexander",
    "debra",
    "patrick",
    "rachel",
    "frank",
    "carolyn",
    "raymond",
    "janet",
    "jack",
    "catherine",
    "dennis",
    "maria",
    "jerry",
    "heather",
    "tyler",
    "diane",
    "aaron",
    "ruth",
    "jose",
    "julie",
    "adam",
    "olivia",
    "nathan",
    "joyce",
    "henry",
    "virginia",
    "douglas",
    "victoria",
    "zachary",
    "kelly",
    "peter",
    "lauren",
    "kyle",
    "christina",
    "ethan",
    "joan",
    "walter",
    "evelyn",
    "noah",
    "judith",
    "jeremy",
    "megan",
    "christian",
    "andrea",
    "keith",
    "cheryl",
    "roger",
    "hannah",
    "terry",
    "jacqueline",
    "gerald",
    "martha",
    "harold",
    "gloria",
    "sean",
    "teresa",
    "austin",
    "ann",
    "carl",
    "sara",
    "arthur",
    "madison",
    "lawrence",
    "frances",
    "dylan",
    "kathryn",
    "jesse",
    "janice",
    "jordan",
    "jean",
    "bryan",
    "abigail",
    "billy",
    "alice",
    "joe",
    "julia",
    "bruce",
    "judy",
    "gabriel",
    "sophia",
    "logan",
    "grace",
    "albert",
    "denise",
    "willie",
    "amber",
    "alan",
    "doris",
    "juan",
    "marilyn",
    "wayne",
    "danielle",
    "elijah",
    "beverly",
    "randy",
    "isabella",
    "roy",
    "theresa",
    "vincent",
    "diana",
    "ralph",
    "natalie",
    "eugene",
    "brittany",
    "russell",
    "charlotte",
    "bobby",
    "marie",
    "mason",
    "kayla",
    "philip",
    "alexis",
    "louis",
    "lori",
    "priya",
    "wei",
    "mei",
    "fatima",
    "mohammed",
    "ahmed",
    "olga",
    "ivan",
    "svetlana",
    "yuki",
    "hiroshi",
    "nguyen",
    "thanh",
    "linh",
    "carlos",
    "luis",
    "jorge",
    "miguel",
    "ana",
    "rosa",
    "carmen",
    "lucia",
    "elena",
    "sofia",
    "camila",
    "diego",
    "andres",
    "fernando",
    "alejandro",
    "ravi",
    "anil",
    "sunita",
    "deepa",
    "kavita",
    "arjun",
    "ibrahim",
    "omar",
    "layla",
    "amina",
    "chidi",
    "ngozi",
    "kwame",
    "abena",
    "pierre",
    "camille",
    "ingrid",
    "lars",
    "sven",
]
FAMILY = [
    "smith",
    "johnson",
    "williams",
    "brown",
    "jones",
    "garcia",
    "miller",
    "davis",
    "rodriguez",
    "martinez",
    "hernandez",
    "lopez",
    "gonzalez",
    "wilson",
    "anderson",
    "thomas",
    "taylor",
    "moore",
    "jackson",
    "martin",
    "lee",
    "perez",
    "thompson",
    "white",
    "harris",
    "sanchez",
    "clark",
    "ramirez",
    "lewis",
    "robinson",
    "walker",
    "young",
    "allen",
    "king",
    "wright",
    "scott",
    "torres",
    "nguyen",
    "hill",
    "flores",
    "green",
    "adams",
    "nelson",
    "baker",
    "hall",
    "rivera",
    "campbell",
    "mitchell",
    "carter",
    "roberts",
    "gomez",
    "phillips",
    "evans",
    "turner",
    "diaz",
    "parker",
    "cruz",
    "edwards",
    "collins",
    "reyes",
    "stewart",
    "morris",
    "morales",
    "murphy",
    "cook",
    "rogers",
    "gutierrez",
    "ortiz",
    "morgan",
    "cooper",
    "peterson",
    "bailey",
    "reed",
    "kelly",
    "howard",
    "ramos",
    "kim",
    "cox",
    "ward",
    "richardson",
    "watson",
    "brooks",
    "chavez",
    "wood",
    "james",
    "bennett",
    "gray",
    "mendoza",
    "ruiz",
    "hughes",
    "price",
    "alvarez",
    "castillo",
    "sanders",
    "patel",
    "myers",
    "long",
    "ross",
    "foster",
    "jimenez",
]
_HEADS = [
    "bar",
    "hol",
    "ken",
    "lan",
    "mor",
    "pen",
    "ros",
    "stan",
    "wal",
    "gra",
    "fen",
    "del",
    "car",
    "bel",
    "tor",
    "win",
    "hart",
    "ash",
    "nor",
    "hal",
    "ing",
    "mal",
    "quin",
    "vas",
    "zel",
    "oka",
]
_MIDS = [
    "",
    "a",
    "e",
    "i",
    "o",
    "u",
    "ber",
    "den",
    "ing",
    "man",
    "ter",
    "lo",
    "ri",
    "sa",
    "vi",
    "da",
    "ne",
    "mo",
    "ka",
    "li",
    "gar",
    "val",
    "wen",
    "dri",
    "hol",
    "ster",
    "mar",
    "tin",
    "nor",
    "cas",
]
_TAILS = [
    "son",
    "ton",
    "ley",
    "ford",
    "well",
    "man",
    "berg",
    "stein",
    "ski",
    "ez",
    "ini",
    "ova",
    "er",
    "ham",
    "wood",
    "by",
    "field",
    "worth",
    "good",
    "ell",
    "ard",
]

_FIRST = [
    "jal",
    "ker",
    "mar",
    "ty",
    "dev",
    "shan",
    "la",
    "ro",
    "je",
    "ka",
    "ana",
    "bri",
    "cor",
    "del",
    "ev",
    "fal",
    "gen",
    "is",
    "jo",
    "ky",
    "lor",
    "mil",
    "ni",
    "ori",
    "pal",
    "ra",
    "sel",
    "ta",
    "vel",
    "zan",
]
_LAST = [
    "den",
    "lyn",
    "ton",
    "isha",
    "ra",
    "na",
    "eth",
    "mir",
    "lee",
    "vin",
    "da",
    "lia",
    "ric",
    "ron",
    "sa",
    "wyn",
    "nique",
    "el",
    "o",
    "ia",
    "a",
    "ah",
    "on",
    "ett",
    "ina",
    "rell",
    "us",
]

SHORT = {  # as people write them, some of which no list of short forms holds
    "james": "jim jimmy jay", "robert": "bob rob bobby", "john": "jack johnny", "michael": "mike mick", "david": "dave",
    "william": "bill will billy", "richard": "rick dick rich", "joseph": "joe joey", "thomas": "tom tommy",
    "christopher": "chris topher", "charles": "charlie chuck", "daniel": "dan danny", "matthew": "matt",
    "anthony": "tony", "steven": "steve", "andrew": "andy drew", "joshua": "josh", "kenneth": "ken kenny",
    "timothy": "tim", "ronald": "ron", "edward": "ed ted eddie", "jeffrey": "jeff", "jacob": "jake",
    "nicholas": "nick", "jonathan": "jon", "stephen": "steve", "benjamin": "ben", "samuel": "sam", "gregory": "greg",
    "alexander": "alex sasha", "patrick": "pat", "raymond": "ray", "gerald": "gerry jerry", "lawrence": "larry",
    "patricia": "pat trish patty", "jennifer": "jen jenny", "linda": "lin", "elizabeth": "liz beth betty eliza",
    "barbara": "barb", "susan": "sue susie", "jessica": "jess", "margaret": "maggie peggy meg", "sandra": "sandy",
    "kimberly": "kim", "michelle": "shelly", "amanda": "mandy", "melissa": "missy mel", "deborah": "deb debbie",
    "stephanie": "steph", "rebecca": "becky becca", "kathleen": "kathy kate", "pamela": "pam", "samantha": "sam",
    "katherine": "kate kathy katie", "christine": "chris tina", "catherine": "cathy kate", "victoria": "vicky tori",
    "jacqueline": "jackie", "teresa": "terry tess", "abigail": "abby", "theresa": "terry", "alejandro": "alex",
    "fernando": "nando", "priya": "pri", "mohammed": "mo", "svetlana": "sveta", "alexis": "lexi", "natalie": "nat",
}  # fmt: skip


@dataclass(frozen=True)
class Disorder:
    """Hold the shares of what goes wrong."""

    employee_id: float = 0.62  # of accounts outside the main directory
    employee_id_main: float = 0.97
    mailbox: float = 0.55  # of people have one
    email: float = 0.91  # of their accounts show it: half of all
    born: float = 0.75
    typing_error: float = 0.035  # in the name, the birth date, the address: of each
    mistyped_id: float = 0.003
    changed_surname: float = 0.02
    short_form: float = 0.08
    exchanged: float = 0.003  # given and family name
    hyphenated: float = 0.01
    second_account: float = 0.008  # in the same directory
    shared_mailboxes: int = 40


@dataclass
class Known:
    """Hold the tables and, by directory and account id, whose account it is."""

    tables: list[IdentityTable] = field(default_factory=list)
    person: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass
class _Human:
    given: str
    family: str
    born: date
    employee: str
    email: str | None
    family_now: str


def make(people: int = 60_000, accounts: int = 120_000, seed: int = 1, disorder: Disorder | None = None) -> Known:
    """Return the accounts of `people`; the same seed gives the same accounts."""
    wrong = disorder or Disorder()
    rng = Random(seed)
    humans = _humans(rng, people, wrong)
    known = Known()
    taken: dict[str, Counter[str]] = {name: Counter() for name in DIRECTORIES}
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in DIRECTORIES}
    boxes = [f"unit{number}@example.org" for number in range(wrong.shared_mailboxes)]
    for directory, person in _holders(rng, people, accounts, wrong):
        account = _login(directory, humans[person], taken[directory], len(rows[directory]))
        known.person[directory, account] = person
        rows[directory].append(_account(rng, wrong, directory, account, humans[person], boxes))
    for directory in DIRECTORIES:
        said = {name: [row[name] for row in rows[directory]] for name in ROW}
        table = pa.table({name: pa.array(said[name], kind) for name, kind in ROW.items()})
        numbers = pa.array(range(2, table.num_rows + 2), pa.int64())
        known.tables.append(IdentityTable(f"{directory}.parquet", directory, table.add_column(0, "row", numbers)))
    return known


ROW = {
    "account_id": pa.string(), "employee_id": pa.string(), "given_name": pa.string(), "family_name": pa.string(),
    "birth_date": pa.date32(), "email": pa.string(),
}  # fmt: skip


def _humans(rng: Random, people: int, wrong: Disorder) -> list[_Human]:
    invented = sorted({head + mid + tail for head in _HEADS for mid in _MIDS for tail in _TAILS})
    rng.shuffle(invented)
    families = FAMILY + invented
    rare = sorted({head + tail for head in _FIRST for tail in _LAST})
    rng.shuffle(rare)
    givens = list(GIVEN) + rare
    # Falling as a power of the rank, so that, as in the United States, the hundred commonest surnames are those of a
    # sixth of the people and two hundred given names those of two thirds.
    family_weights = list(accumulate((place + 20) ** -0.83 for place in range(len(families))))
    given_weights = list(accumulate((place + 25) ** -1.2 for place in range(len(givens))))
    first, span = date(1956, 1, 1), 48 * 365
    mailboxes: Counter[str] = Counter()
    humans = []
    numbers = rng.sample(range(10_000, 10_000 + 20 * people), people)
    for number in numbers:
        given = rng.choices(givens, cum_weights=given_weights)[0]
        family = rng.choices(families, cum_weights=family_weights)[0]
        if rng.random() < wrong.hyphenated:
            family += "-" + rng.choices(families, cum_weights=family_weights)[0]
        local = f"{given}.{family}"
        mailboxes[local] += 1
        again = mailboxes[local]
        born = first + timedelta(days=int(span * (rng.random() + rng.random()) / 2))
        now = rng.choices(families, cum_weights=family_weights)[0] if rng.random() < wrong.changed_surname else family
        if now != family and rng.random() < 0.3:
            now = f"{family}-{now}"
        email = f"{local}{again if again > 1 else ''}@example.org" if rng.random() < wrong.mailbox else None
        humans.append(_Human(given, family, born, str(number), email, now))
    return humans


def _holders(rng: Random, people: int, accounts: int, wrong: Disorder) -> list[tuple[str, int]]:
    """Return who has an account where: nearly all in the main directory, the rest spread unevenly."""
    held = {(MAIN, person) for person in range(people) if rng.random() < 0.96}
    weights = [1 / (place + 1.5) for place in range(len(DIRECTORIES) - 1)]
    while len(held) < accounts:
        held.add((rng.choices(DIRECTORIES[1:], weights)[0], int(people * rng.random() ** 1.3)))
    again = [one for one in sorted(held) if rng.random() < wrong.second_account]
    listed = sorted(held) + again
    rng.shuffle(listed)
    return listed


def _login(directory: str, human: _Human, taken: Counter[str], place: int) -> str:
    if directory not in BY_NAME:
        return f"{directory[0].upper()}{place + 10_001:06}"
    base = (human.given[0] + human.family.replace("-", ""))[:9]
    taken[base] += 1
    return base if taken[base] == 1 else f"{base}{taken[base]}"


def _account(
    rng: Random, wrong: Disorder, directory: str, account: str, human: _Human, boxes: list[str]
) -> dict[str, object]:
    """Return what a directory says of an account."""

    def happens(share: float) -> bool:
        return rng.random() < share

    given, family = human.given, human.family_now if happens(0.5) else human.family
    if happens(wrong.short_form) and given in SHORT:
        given = rng.choice(SHORT[given].split())
    if happens(wrong.typing_error):
        given, family = (_mistyped(rng, given), family) if happens(0.5) else (given, _mistyped(rng, family))
    if happens(wrong.exchanged):
        given, family = family, given
    share = wrong.employee_id_main if directory == MAIN else wrong.employee_id
    return {
        "account_id": account,
        "employee_id": _written_id(rng, wrong, human.employee) if happens(share) else None,
        "given_name": given.title(),
        "family_name": family.title(),
        "birth_date": _written_day(rng, wrong, human.born) if happens(wrong.born) else None,
        "email": _written_mail(rng, wrong, human.email, boxes) if human.email and happens(wrong.email) else None,
    }


def _written_mail(rng: Random, wrong: Disorder, email: str, boxes: list[str]) -> str:
    chance = rng.random()
    if chance < 0.003:
        return rng.choice(boxes)
    if chance < 0.03:
        return email.replace("@example.org", "@clinic.example.net")
    if chance < 0.03 + wrong.typing_error:
        return _mistyped(rng, email.partition("@")[0]) + "@example.org"
    return email


def _written_id(rng: Random, wrong: Disorder, number: str) -> str:
    if rng.random() < wrong.mistyped_id:
        place = rng.randrange(len(number))
        number = number[:place] + rng.choice(string.digits) + number[place + 1 :]
    chance = rng.random()
    return number.zfill(9) if chance < 0.15 else f"E{number}" if chance < 0.25 else number


def _written_day(rng: Random, wrong: Disorder, day: date) -> date:
    if rng.random() >= wrong.typing_error:
        return day
    if rng.random() < 0.4 and day.day <= 12:
        return day.replace(month=day.day, day=day.month)
    if rng.random() < 0.5:
        return day.replace(day=min(28, max(1, day.day + rng.choice((-10, -1, 1, 10)))))
    return day.replace(year=day.year + rng.choice((-10, -1, 1, 10)), day=min(day.day, 28))


def _mistyped(rng: Random, text: str) -> str:
    if len(text) < 3:
        return text
    place = rng.randrange(1, len(text) - 1)
    kind = rng.random()
    if kind < 0.3:
        return text[:place] + text[place + 1 :]
    if kind < 0.6:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind < 0.8:
        return text[:place] + rng.choice(string.ascii_lowercase) + text[place + 1 :]
    return text[:place] + text[place] + text[place:]
