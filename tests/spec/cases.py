"""The rules of the count as tables. Every engine runs them; `docs/reference/count-rules.md` is made from them."""

from __future__ import annotations

from tests.support.plans import Case

PERSON = [
    Case(
        "A user is a person, counted once in a system",
        "Two accounts with the same employee id are one person, however often they appear. Leading zeros are presentation.",
        people="""
        employee | given | family
        00017    | Ann   | Lee
        """,
        accounts="""
        login | employee
        alee  | 17
        ann2  | 017
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | alee  | ehr    | order
        2026-02-01T11:00:00 | alee  | ehr    | order
        2026-03-01T10:00:00 | ann2  | ehr    | view
        """,
        expect={"ehr.users": 1, "ehr.events": 3, "ehr.accounts_seen": 2, "ehr.range": [1, 1], "persons": 1},
    ),
    Case(
        "Each system has its own count",
        "A person who uses two systems is a user of each, and one person over all.",
        accounts="""
        login | employee
        alee  | 17
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | alee  | ehr    | order
        2026-02-01T11:00:00 | alee  | rcm    | bill
        """,
        expect={"ehr.users": 1, "rcm.users": 1, "persons": 1},
    ),
    Case(
        "A letter prefix is ignored only where one side has none",
        "C1234 and 1234 are one person; C1234 and E1234 are two, and then a bare 1234 is a third: it joins neither.",
        accounts="""
        login | employee
        a     | C1234
        b     | 1234
        c     | C77
        d     | E77
        e     | 77
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        2026-02-01T10:00:00 | c     | rcm    | bill
        2026-02-01T10:00:00 | d     | rcm    | bill
        2026-02-01T10:00:00 | e     | rcm    | bill
        """,
        expect={"ehr.users": 1, "rcm.users": 3},
    ),
    Case(
        "All zeros is a missing employee id",
        "Accounts with 0000 have no employee id in common.",
        accounts="""
        login | employee
        a     | 0000
        b     | 0
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"ehr.users": 2},
    ),
    Case(
        "An NPI joins if its check digit is right",
        "1234567893 is a valid NPI; 1234567890 is not and joins nothing.",
        accounts="""
        login | npi
        a     | 1234567893
        b     | 1234567893
        c     | 1234567890
        d     | 1234567890
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        2026-02-01T10:00:00 | c     | rcm    | bill
        2026-02-01T10:00:00 | d     | rcm    | bill
        """,
        expect={"ehr.users": 1, "rcm.users": 2, "identities.invalid_npis": 2},
    ),
    Case(
        "A mailbox joins without case and plus-tags",
        "Ann.Lee+ehr@tiny.example and ann.lee@TINY.example are one mailbox.",
        accounts="""
        login | mail
        a     | Ann.Lee+ehr@tiny.example
        b     | ann.lee@TINY.example
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"ehr.users": 1},
    ),
    Case(
        "A mailbox of people with different names is no key",
        "front.desk@ belongs to two people: it joins nothing and is reported.",
        accounts="""
        login | given | family | mail
        a     | Ann   | Lee    | front.desk@tiny.example
        b     | Bob   | Day    | front.desk@tiny.example
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"ehr.users": 2, "identities.shared_mailboxes": 1},
    ),
    Case(
        "What would join two employee ids is a conflict",
        "One name, one mailbox, two employee ids: not joined, listed, and the range says what it is worth.",
        accounts="""
        login | employee | given | family | mail
        a     | 17       | Ann   | Lee    | ann.lee@tiny.example
        b     | 18       | Ann   | Lee    | ann.lee@tiny.example
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"ehr.users": 2, "ehr.range": [1, 2], "identities.conflicts": 1},
    ),
    Case(
        "An account without keys is its own person",
        "Nothing joins it, and nothing leaves it out.",
        accounts="""
        login | employee
        a     |
        b     |
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"ehr.users": 2},
    ),
]

ACCOUNT = [
    Case(
        "Accounts that are not people are counted apart",
        "Service, interface, test and shared accounts never count; bots, patients and AI agents need a determination.",
        accounts="""
        login | kind
        a     | human
        b     | service
        c     | shared
        d     | bot
        e     |
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | b     | ehr    | order
        2026-02-01T10:00:00 | c     | ehr    | order
        2026-02-01T10:00:00 | d     | ehr    | order
        2026-02-01T10:00:00 | e     | ehr    | order
        """,
        expect={
            "ehr.users": 2,
            "ehr.accounts_seen": 5,
            "ehr.shared_accounts": 1,
            "ehr.excluded": {
                "service account: no individual person": 1,
                "shared account: one sign-in, several people": 1,
            },
            "ehr.needs_determination": {"bot: needs a determination": 1},
        },
    ),
    Case(
        "One login with two employee ids is a shared account",
        "Whether or not anybody declared it.",
        accounts="""
        login | employee
        kiosk | 17
        kiosk | 18
        alee  | 17
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | kiosk | ehr    | order
        2026-02-01T10:00:00 | alee  | ehr    | order
        """,
        expect={"ehr.users": 1, "ehr.shared_accounts": 1, "ehr.accounts_seen": 2},
    ),
    Case(
        "The plan may exclude more, with a reason",
        "An exclusion names kinds, account ids (globs) or a list; of several parts all must fit. It comes before the policy.",
        accounts="""
        login  | kind
        a      |
        svc:1  |
        demo   | service
        listed |
        """,
        log="""
        time                | login  | system | activity
        2026-02-01T10:00:00 | a      | ehr    | order
        2026-02-01T10:00:00 | svc:1  | ehr    | order
        2026-02-01T10:00:00 | demo   | ehr    | order
        2026-02-01T10:00:00 | listed | ehr    | order
        """,
        files={"listed.csv": "account_id\nlisted"},
        plan="""
        [[exclude]]
        account_id = ["svc:*"]
        reason = "service by name"

        [[exclude]]
        kind = ["service"]
        reason = "not an individual of the organization"

        [[exclude]]
        list = "listed.csv"
        reason = "on our list"
        """,
        expect={
            "ehr.users": 1,
            "ehr.excluded": {"not an individual of the organization": 1, "on our list": 1, "service by name": 1},
        },
    ),
    Case(
        "A kind that is only proposed changes no figure",
        "Two logins look like no person. They count until the plan says what they are; the statement tells how many users "
        "rest on them. A person with another account does not.",
        accounts="""
        login     | employee | kind
        svc_lab   |          |
        kiosk2    |          |
        test.ann  | 1        |
        ann       | 1        |
        svc_bob   |          | human
        """,
        log="""
        time                | login    | system | activity
        2026-02-01T10:00:00 | svc_lab  | ehr    | order
        2026-02-01T10:00:00 | kiosk2   | ehr    | order
        2026-02-01T10:00:00 | test.ann | ehr    | order
        2026-02-01T10:00:00 | ann      | ehr    | order
        2026-02-01T10:00:00 | svc_bob  | ehr    | order
        """,
        expect={
            "ehr.users": 4,
            "ehr.users_on_proposals": 2,
            "identities.proposed_kinds": {"service": 1, "shared": 1, "test": 1},
        },
    ),
    Case(
        "The plan confirms a proposed kind or overrules it",
        "What is confirmed follows the definition of a user; what is overruled counts. A kind that the list gives stands.",
        accounts="""
        login     | kind
        svc_lab   |
        svc_carr  |
        desk      |
        svc_bob   | human
        svc_known | service
        """,
        log="""
        time                | login     | system | activity
        2026-02-01T10:00:00 | svc_lab   | ehr    | order
        2026-02-01T10:00:00 | svc_carr  | ehr    | order
        2026-02-01T10:00:00 | desk      | ehr    | order
        2026-02-01T10:00:00 | svc_bob   | ehr    | order
        2026-02-01T10:00:00 | svc_known | ehr    | order
        """,
        plan="""
        [[kind]]
        kind = "human"
        account_id = ["svc_carr", "svc_known"]

        [[kind]]
        kind = "service"
        proposed = true

        [[kind]]
        kind = "shared"
        account_id = ["desk*"]
        """,
        expect={
            "ehr.users": 2,
            "ehr.users_on_proposals": 0,
            "ehr.excluded": {
                "service account: no individual person": 2,
                "shared account: one sign-in, several people": 1,
            },
            "identities.proposed_kinds": {},
        },
    ),
    Case(
        "Unknown accounts are reported, not counted",
        "An account of the log that no accounts source lists is no user and is not in the range.",
        accounts="""
        login | employee
        a     | 1
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | ghost | ehr    | order
        """,
        expect={
            "ehr.users": 1,
            "ehr.range": [1, 1],
            "ehr.unknown_accounts": 1,
            "ehr.accounts_seen": 2,
            "ehr.events": 2,
        },
    ),
    Case(
        "Logins are found without case where that is unambiguous",
        "ALEE in the log is alee in the directory, unless the directory has both Alee and alee.",
        accounts="""
        login | employee
        alee  | 1
        Bob   | 2
        bob   | 3
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ALEE  | ehr    | order
        2026-02-01T10:00:00 | BOB   | ehr    | order
        2026-02-01T10:00:00 | bob   | ehr    | order
        """,
        expect={"ehr.users": 2, "ehr.unknown_accounts": 1},
    ),
    Case(
        "A system's own accounts win over the directory of all systems",
        "The same login in two directories is two accounts: ehr has its own list, rcm uses the common one.",
        accounts="""
        login | employee
        jdoe  | 1
        """,
        files={"ehr.csv": "login | employee\njdoe | 2"},
        plan="""
        [[source]]
        type = "accounts"
        path = "ehr.csv"
        system = "ehr"
        columns = { account_id = "login", employee_id = "employee" }
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | jdoe  | ehr    | order
        2026-02-01T10:00:00 | jdoe  | rcm    | bill
        """,
        expect={"ehr.users": 1, "rcm.users": 1, "persons": 2},
    ),
    Case(
        "Idle accounts are human accounts without a row in the period",
        "For accounts of all systems only the top-level figure speaks; a row of any kind makes an account not idle.",
        accounts="""
        login | kind
        a     |
        b     |
        c     |
        d     | service
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | login
        2025-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"idle_accounts": 2, "ehr.idle_accounts": 0, "ehr.users": 0},
    ),
]

USE = [
    Case(
        "The first rule that fits decides",
        "A login is no use although the last rule would count everything.",
        rules="""
        [[use]]
        system = "ehr"
        activity = ["log*"]
        use_type = "none"

        [[use]]
        system = "*"
        activity = ["*"]
        use_type = "direct_access"
        """.replace("        ", ""),
        accounts="""
        login
        a
        b
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | login
        2026-02-01T10:00:00 | b     | ehr    | order
        """,
        expect={"ehr.users": 1, "ehr.by_use": {"direct_access": 1, "product_reliance": 0, "output_reliance": 0}},
    ),
    Case(
        "A person counts under each use type it had",
        "The parts of `by_use` may add up to more than the users.",
        accounts="""
        login
        a
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-03-01T10:00:00 | a     | ehr    | bill
        """,
        expect={
            "ehr.users": 1,
            "ehr.by_use": {"direct_access": 1, "product_reliance": 1, "output_reliance": 0},
            "ehr.by_month.2026-02": 1,
            "ehr.by_month.2026-03": 1,
            "ehr.by_month.2026-04": 0,
        },
    ),
    Case(
        "A row that fits no rule is undetermined",
        "It is not counted; the people it would add are shown. Ann is counted anyway, so only Bob would be added.",
        accounts="""
        login
        ann
        bob
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | ehr    | order
        2026-02-01T10:00:00 | ann   | ehr    | audit
        2026-02-01T10:00:00 | bob   | ehr    | audit
        """,
        expect={"ehr.users": 1, "ehr.events": 1, "ehr.undetermined": {"events": 2, "persons": 1}},
    ),
    Case(
        "A rule may look at the object",
        "Viewing a charge is use, viewing the menu is not.",
        rules="""
        [[use]]
        system = "ehr"
        activity = ["view"]
        object = ["charge*"]
        use_type = "direct_access"

        [[use]]
        system = "ehr"
        activity = ["view"]
        use_type = "none"
        """.replace("        ", ""),
        accounts="""
        login
        a
        b
        """,
        log="""
        time                | login | system | activity | object
        2026-02-01T10:00:00 | a     | ehr    | view     | charge entry
        2026-02-01T10:00:00 | b     | ehr    | view     | menu
        """,
        expect={"ehr.users": 1},
    ),
    Case(
        "A system that the plan does not list is reported",
        "Its rows of the period are counted as rows, not lost.",
        accounts="""
        login
        a
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | pacs   | order
        2026-02-01T10:00:00 | a     | pacs   | nonsense
        2026-02-01T10:00:00 | a     | ehr    | order
        """,
        expect={"unlisted_systems": {"pacs": 2}, "ehr.users": 1},
    ),
    Case(
        "No evidence is not zero",
        "Nothing says anything of rcm: its users are not known.",
        accounts="""
        login
        a
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        """,
        expect={"ehr.basis": "log", "rcm.basis": "none", "rcm.users": None, "rcm.range": None},
    ),
    Case(
        "Recipients use outputs without signing in",
        "They are known by their mailbox. An address that nobody has is unknown.",
        people="""
        employee | mail
        1        | ann@tiny.example
        """,
        files={"sent.csv": "to | report\nANN@tiny.example | charges\nghost@tiny.example | charges"},
        plan="""
        [[source]]
        type = "recipients"
        path = "sent.csv"
        system = "ehr"
        undated = true
        columns = { email = "to", output = "report" }

        [[use]]
        system = "ehr"
        activity = ["receive"]
        use_type = "output_reliance"
        """,
        expect={
            "ehr.users": 1,
            "ehr.basis": "recipients",
            "ehr.by_use.output_reliance": 1,
            "ehr.unknown_accounts": 1,
            "ehr.months_covered": [],
        },
    ),
    Case(
        "The register of outputs decides before the rules",
        "Who receives an output with codes is a user, of one without is none. Of an output of unknown content nobody counts "
        "and everybody is shown, whatever the rules say. Outputs that are not registered go by the rules. The name of an "
        "output is no glob.",
        people="""
        employee | mail
        1        | ann@tiny.example
        2        | bob@tiny.example
        3        | cyd@tiny.example
        4        | dee@tiny.example
        5        | eve@tiny.example
        """,
        outputs="""
        system | output  | contains_codes | owner
        ehr    | charges | yes            | Ann
        ehr    | beds    | no             | Ann
        ehr    | who?    | unknown        |
        """,
        files={
            "sent.csv": "to | report\nann@tiny.example | charges\nbob@tiny.example | beds\ncyd@tiny.example | who?\n"
            "dee@tiny.example | other\neve@tiny.example | whom"
        },
        plan="""
        [[source]]
        type = "recipients"
        path = "sent.csv"
        system = "ehr"
        undated = true
        columns = { email = "to", output = "report" }

        [[use]]
        system = "ehr"
        activity = ["receive"]
        use_type = "output_reliance"
        """,
        expect={
            "ehr.users": 3,
            "ehr.by_use.output_reliance": 3,
            "ehr.undetermined.events": 1,
            "ehr.undetermined.persons": 1,
            "ehr.events": 3,
        },
    ),
]

TIME = [
    Case(
        "The period is inclusive in its time zone",
        "05:30 UTC on 1 January 2026 is still 2025 in Chicago; 05:30 UTC on 1 January 2027 is still 2026.",
        accounts="""
        login
        a
        b
        """,
        log="""
        time                 | login | system | activity
        2026-01-01T05:30:00Z | a     | ehr    | order
        2027-01-01T05:30:00Z | b     | ehr    | order
        """,
        expect={"ehr.users": 1, "ehr.outside_period": 1, "ehr.months_covered": ["2026-12"]},
    ),
    Case(
        "Months are months of the period's time zone, daylight saving included",
        "04:30 UTC on 1 July is 23:30 on 30 June in Chicago; 05:30 UTC on 1 December is 23:30 on 30 November.",
        accounts="""
        login
        a
        """,
        log="""
        time                 | login | system | activity
        2026-07-01T04:30:00Z | a     | ehr    | order
        2026-12-01T05:30:00Z | a     | ehr    | order
        """,
        expect={"ehr.months_covered": ["2026-06", "2026-11"]},
    ),
    Case(
        "A month without rows is a gap, and is shown",
        "Ten months are missing from this log.",
        accounts="""
        login
        a
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-04-01T10:00:00 | a     | ehr    | view
        """,
        expect={
            "ehr.months_covered": ["2026-02", "2026-04"],
            "ehr.months_missing": [f"2026-{month:02d}" for month in (1, 3, 5, 6, 7, 8, 9, 10, 11, 12)],
        },
    ),
    Case(
        "A period may begin and end inside a month",
        "From 15 January to 20 March: the 14th and the 21st lie outside.",
        head="""
        [organization]
        id = "tiny"
        name = "Tiny Clinic"

        [period]
        start = 2026-01-15
        end = 2026-03-20
        timezone = "America/Chicago"
        """.replace("        ", ""),
        accounts="""
        login
        a
        b
        c
        d
        """,
        log="""
        time                | login | system | activity
        2026-01-14T23:59:59 | a     | ehr    | order
        2026-01-15          | b     | ehr    | order
        2026-03-20T23:59:59 | c     | ehr    | order
        2026-03-21T00:00:00 | d     | ehr    | order
        """,
        expect={"ehr.users": 2, "ehr.outside_period": 2, "ehr.by_month": {"2026-01": 1, "2026-02": 0, "2026-03": 1}},
    ),
    Case(
        "A row that cannot be read is a reject",
        "It is counted and listed with file, row, column and reason; the other rows count.",
        accounts="""
        login
        a
        """,
        log="""
        time                | login | system | activity
        yesterday           | a     | ehr    | order
        2026-02-30          | a     | ehr    | order
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 |       | ehr    | order
        """,
        expect={"ehr.users": 1, "ehr.events": 1},
    ),
]

ENTITY = [
    Case(
        "A user belongs to the entity of the end of the period",
        "Ann moved in July; Bob left in March and stays with his last entity; Cy is in no workforce file.",
        people="""
        employee | entity  | from       | to
        1        | Clinic  | 2020-01-01 | 2026-06-30
        1        | East    | 2026-07-01 |
        2        | Clinic  | 2020-01-01 | 2026-03-31
        """,
        accounts="""
        login | employee
        ann   | 1
        bob   | 2
        cy    | 3
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | ehr    | order
        2026-02-01T10:00:00 | bob   | ehr    | order
        2026-02-01T10:00:00 | cy    | ehr    | order
        """,
        plan="""
        [[entity]]
        id = "MAIN"
        name = "Clinic"
        """,
        expect={"ehr.by_entity": {"East": 1, "MAIN": 1, "unknown": 1}},
    ),
    Case(
        "A group of systems counts a person once",
        "ehr and rcm are one suite.",
        systems="""
        [[system]]
        id = "ehr"
        name = "Charting"
        kind = "emr"
        part_of = "suite"

        [[system]]
        id = "rcm"
        name = "Billing"
        kind = "revenue_cycle"
        part_of = "suite"
        """.replace("        ", ""),
        accounts="""
        login
        a
        b
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | a     | ehr    | order
        2026-02-01T10:00:00 | a     | rcm    | bill
        2026-02-01T10:00:00 | b     | rcm    | bill
        """,
        expect={"groups": {"suite": 2}, "ehr.users": 1, "rcm.users": 2, "persons": 2},
    ),
]

CHAPTERS: dict[str, list[Case]] = {
    "Persons": PERSON,
    "Accounts": ACCOUNT,
    "Use": USE,
    "Time": TIME,
    "Entities and groups": ENTITY,
}
