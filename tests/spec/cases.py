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

IN_TIME = [
    Case(
        "The days on which a log has rows",
        "A day is one of the period's time zone. Days outside the period do not count, and rows of no use do.",
        accounts="""
        login
        ann
        """,
        log="""
        time                 | login | system | activity
        2025-12-31T10:00:00  | ann   | ehr    | order
        2026-02-01T10:00:00  | ann   | ehr    | order
        2026-02-01T23:00:00  | ann   | ehr    | login
        2026-02-02T04:00:00Z | ann   | ehr    | order
        2026-02-03T10:00:00  | bob   | ehr    | login
        2026-02-04T10:00:00  |       | ehr    | order
        """,
        expect={
            "ehr.days_covered": 2,
            "ehr.data_from": "2026-02-01",
            "ehr.data_through": "2026-02-03",
            "rcm.days_covered": None,
        },
    ),
    Case(
        "A hospital that joins on 1 July, a leaver in March, a nurse under two contracts",
        "By entity is where people are at the end of the period. By entity at use is where they were when they used the system, and a hospital counts there only for the days on which it is the organization's.",
        people="""
        employee | entity | from       | to         | type
        1        | North  | 2024-01-01 |            | employee
        2        | East   | 2024-01-01 | 2026-03-31 | employee
        3        | East   | 2024-01-01 |            | employee
        3        | North  | 2026-05-15 |            | contractor
        4        | North  | 2024-01-01 |            | employee
        """,
        accounts="""
        login | employee
        ann   | 1
        bob   | 2
        cy    | 3
        dee   | 4
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | ehr    | order
        2026-03-01T10:00:00 | bob   | ehr    | order
        2026-04-01T10:00:00 | cy    | ehr    | order
        2026-08-01T10:00:00 | cy    | ehr    | order
        2026-08-01T10:00:00 | dee   | ehr    | order
        """,
        plan="""
        [[entity]]
        id = "East"
        name = "East Hospital"

        [[entity]]
        id = "North"
        name = "North Hospital"
        valid_from = 2026-07-01
        """,
        expect={
            "ehr.users": 4,
            "ehr.by_entity": {"East": 1, "North": 3},
            "ehr.by_entity_at_use": {"East": 2, "North": 2, "not_owned": 1},
            "ehr.leavers": 1,
            "ehr.without_leavers": 3,
            "ehr.by_worker_type": {"contractor": 1, "employee": 3},
            "people.leavers": 1,
        },
    ),
    Case(
        "A hospital that is sold",
        "Who used the system only after the sale is not the organization's user of that hospital.",
        people="""
        employee | entity
        1        | West
        2        | West
        """,
        accounts="""
        login | employee
        ann   | 1
        bob   | 2
        """,
        log="""
        time                | login | system | activity
        2026-06-30T10:00:00 | ann   | ehr    | order
        2026-07-01T10:00:00 | bob   | ehr    | order
        """,
        plan="""
        [[entity]]
        id = "West"
        name = "West Hospital"
        valid_to = 2026-06-30
        """,
        expect={"ehr.by_entity": {"West": 2}, "ehr.by_entity_at_use": {"West": 1, "not_owned": 1}},
    ),
    Case(
        "A transfer within a month is told by the first and the last use",
        "The move is on 15 July; use on 3 July is of the old entity, use on 20 July of the new one.",
        people="""
        employee | entity | from       | to
        1        | East   | 2024-01-01 | 2026-07-14
        1        | North  | 2026-07-15 |
        2        | East   | 2024-01-01 | 2026-07-14
        2        | North  | 2026-07-15 |
        3        | East   | 2024-01-01 | 2026-07-14
        3        | North  | 2026-07-15 |
        """,
        accounts="""
        login | employee
        ann   | 1
        bob   | 2
        cy    | 3
        """,
        log="""
        time                | login | system | activity
        2026-07-03T10:00:00 | ann   | ehr    | order
        2026-07-20T10:00:00 | bob   | ehr    | order
        2026-07-03T10:00:00 | cy    | ehr    | order
        2026-07-20T10:00:00 | cy    | ehr    | order
        """,
        expect={"ehr.by_entity": {"North": 3}, "ehr.by_entity_at_use": {"East": 2, "North": 2}},
    ),
    Case(
        "Users abroad, users of another employer, and what is not known",
        "Every way to write the United States is one country. An employer that is not the organization or one of its entities is another legal entity. Unknown stays unknown.",
        people="""
        employee | type       | country       | employer
        1        | Employee   | USA           | Tiny Clinic
        2        | contractor | United States | Meadow Staffing
        3        | PRN        | CA            | tiny
        4        |            |               |
        """,
        accounts="""
        login | employee
        ann   | 1
        bob   | 2
        cy    | 3
        dee   | 4
        """,
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | ehr    | order
        2026-02-01T10:00:00 | bob   | ehr    | order
        2026-02-01T10:00:00 | cy    | ehr    | order
        2026-02-01T10:00:00 | dee   | ehr    | order
        """,
        expect={
            "ehr.by_worker_type": {"contractor": 1, "employee": 1, "unknown": 2},
            "ehr.by_country": {"CA": 1, "US": 2, "unknown": 1},
            "ehr.by_employer": {"Meadow Staffing": 1, "tiny": 2, "unknown": 1},
            "ehr.outside_us": 1,
            "ehr.other_employer": 1,
            "identities.unrecognized_worker_types": {"PRN": 1},
        },
    ),
    Case(
        "The figures beside the users of the period",
        "Active at the end: in the last 90 days. Peak month: the month with most. With access: people with an enabled account of the system itself.",
        accounts="",
        files={
            "ehr.csv": """
            login | enabled
            ann   | yes
            bob   | no
            cy    | yes
            dee   | yes
            """
        },
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | ehr    | order
        2026-02-01T10:00:00 | bob   | ehr    | order
        2026-10-02T10:00:00 | bob   | ehr    | order
        2026-10-03T10:00:00 | cy    | ehr    | order
        """,
        plan="""
        [[source]]
        type = "accounts"
        path = "ehr.csv"
        system = "ehr"
        columns = { account_id = "login", enabled = "enabled" }
        """,
        expect={
            "ehr.users": 3,
            "ehr.as_of": 1,
            "ehr.peak_month": 2,
            "ehr.with_access": 3,
            "ehr.without_leavers": 3,
            "ehr.billed": 3,
            "rcm.with_access": None,
            "rcm.billed": None,
        },
    ),
]

LISTS = """
[[source]]
type = "accounts"
path = "rcm.csv"
system = "rcm"
columns = { account_id = "login", employee_id = "employee", role = "role", kind = "kind", enabled = "enabled" }
"""

BASES = [
    Case(
        "Who has an account, where there is no log",
        "A rule with a role counts the enabled accounts of the system's own list. Disabled accounts and accounts that are no person do not count.",
        files={
            "rcm.csv": """
            login | employee | role  | kind    | enabled
            ann   | 1        | coder |         | yes
            ann2  | 1        | clerk |         | yes
            bob   | 2        | coder |         | no
            cy    | 3        |       |         |
            job   |          | coder | service | yes
            """
        },
        plan=LISTS
        + """
[[use]]
system = "rcm"
role = ["*"]
use_type = "direct_access"
""",
        expect={
            "rcm.basis": "account_list",
            "rcm.users": 2,
            "rcm.by_use.direct_access": 2,
            "rcm.excluded": {"service account: no individual person": 1},
            "rcm.events": 0,
            "rcm.as_of": None,
            "rcm.by_month": {},
            "rcm.idle_accounts": 4,
            "ehr.basis": "none",
            "persons": 2,
        },
    ),
    Case(
        "A role decides; the first rule that fits a role does, and one role is enough",
        "Roles that no rule fits are undetermined: not counted, and shown with the people they would add.",
        files={
            "rcm.csv": """
            login | employee | role    | kind | enabled
            ann   | 1        | Coder 1 |      | yes
            ann   | 1        | reader  |      | yes
            bob   | 2        | reader  |      | yes
            cy    | 3        | porter  |      | yes
            """
        },
        plan=LISTS
        + """
[[use]]
system = "rcm"
role = ["reader"]
use_type = "none"

[[use]]
system = "rcm"
role = ["coder*"]
use_type = "product_reliance"
""",
        expect={
            "rcm.basis": "role",
            "rcm.users": 1,
            "rcm.by_use.product_reliance": 1,
            "rcm.undetermined": {"events": 0, "persons": 1},
        },
    ),
    Case(
        "Jobs of the workforce decide where a system has no list of accounts",
        "Everybody with the job on some day of the period; a person counts once however many rows there are.",
        people="""
        employee | job          | department | from       | to
        1        | Medical coder | HIM       | 2024-01-01 |
        1        | Medical coder | Billing   | 2026-03-01 |
        2        | Medical coder | HIM       | 2024-01-01 | 2025-12-31
        3        | Nurse         | HIM       | 2024-01-01 |
        4        | medical coder | HIM       | 2024-01-01 | 2026-01-15
        """,
        plan="""
        [[use]]
        system = "rcm"
        job = ["*coder"]
        department = ["HIM"]
        use_type = "product_reliance"
        """,
        expect={"rcm.basis": "role", "rcm.users": 2, "rcm.leavers": 1, "rcm.undetermined.persons": 0, "persons": 2},
    ),
    Case(
        "A log and a role together count a person once",
        "The stronger evidence names the basis.",
        files={
            "rcm.csv": """
            login | employee | role  | kind | enabled
            ann   | 1        | coder |      | yes
            bob   | 2        | coder |      | yes
            """
        },
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | rcm    | bill
        """,
        plan=LISTS
        + """
[[use]]
system = "rcm"
role = ["coder"]
use_type = "direct_access"
""",
        expect={
            "rcm.basis": "log",
            "rcm.users": 2,
            "rcm.by_use": {"direct_access": 2, "product_reliance": 1, "output_reliance": 0},
            "rcm.accounts_seen": 2,
            "rcm.idle_accounts": 1,
            "rcm.as_of": 0,
        },
    ),
    Case(
        "Sign-ins are a basis of their own",
        "A log that only tells who signed in, and a last sign-in of a list of accounts: who did not sign in is idle, not undetermined.",
        files={
            "rcm.csv": """
            login | last
            ann   | 2026-05-01
            bob   | 2025-12-31
            cy    |
            """,
            "sso.csv": """
            time                | login | app
            2026-02-01T10:00:00 | ann   | ehr
            """,
        },
        plan="""
        [[source]]
        type = "accounts"
        path = "rcm.csv"
        system = "rcm"
        columns = { account_id = "login", last_login = "last" }

        [[source]]
        type = "access"
        path = "sso.csv"
        sign_ins = true
        columns = { occurred_at = "time", account_id = "login", system = "app", activity = { value = "sign in" } }

        [[use]]
        system = "ehr"
        activity = ["sign in"]
        use_type = "direct_access"

        [[use]]
        system = "rcm"
        signed_in = true
        use_type = "direct_access"
        """,
        expect={
            "ehr.basis": "sign_in",
            "ehr.users": 0,
            "ehr.unknown_accounts": 1,
            "rcm.basis": "sign_in",
            "rcm.users": 1,
            "rcm.undetermined.persons": 0,
        },
    ),
    Case(
        "A declared number, where nothing can be counted",
        "It is nobody in particular: the distinct people over all systems do not hold it. A figure that is counted wins.",
        log="""
        time                | login | system | activity
        2026-02-01T10:00:00 | ann   | ehr    | order
        """,
        accounts="""
        login
        ann
        """,
        plan="""
        [[source]]
        type = "declared"
        system = "rcm"
        number = 12
        by = "Head of billing"
        date = 2026-11-02
        evidence = "letter of 2 November"

        [[source]]
        type = "declared"
        system = "ehr"
        number = 9
        by = "Head of IT"
        date = 2026-11-02
        """,
        expect={
            "rcm.basis": "declared",
            "rcm.users": 12,
            "rcm.range": [12, 12],
            "rcm.billed": 12,
            "rcm.by_entity": {},
            "rcm.declared": {
                "number": 12,
                "by": "Head of billing",
                "date": "2026-11-02",
                "evidence": "letter of 2 November",
            },
            "ehr.basis": "log",
            "ehr.users": 1,
            "ehr.declared.number": 9,
            "persons": 1,
        },
    ),
]

CHAPTERS: dict[str, list[Case]] = {
    "Persons": PERSON,
    "Accounts": ACCOUNT,
    "Use": USE,
    "Time": TIME,
    "Entities and groups": ENTITY,
    "The workforce in time": IN_TIME,
    "Every basis": BASES,
}
