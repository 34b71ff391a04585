"""Who is told of what: the table, without a database."""

import pytest

from notifications.recipients import Facts, recipients
from tickets.choices import EventKind

ALICE, BOB, ERIN, FRANK, MONA, TINA, SAM = 1, 2, 3, 4, 5, 6, 7
NAMES = {ALICE: "alice", BOB: "bob", ERIN: "erin", FRANK: "frank", MONA: "mona", TINA: "tina", SAM: "sam"}
CUSTOMERS = frozenset({ALICE, BOB})
EVERYBODY = frozenset(NAMES)


def told(kind: str, *, allowed: frozenset[int] = EVERYBODY, **changes: object) -> dict[str, str]:
    """Alice filed it, Bob follows; Erin owns it, Sam follows as staff; Frank is on call, Tina is in his tier."""
    values: dict[str, object] = {
        "kind": kind, "severity": "p2", "actor": None, "is_by_customer": False, "requester": ALICE, "handler": ERIN,
        "customer_followers": frozenset({BOB}), "staff_followers": frozenset({SAM}), "on_call": frozenset({FRANK}),
        "tier_engineers": frozenset({FRANK, TINA}), "escalation_managers": frozenset({MONA}),
    }  # fmt: skip
    found = recipients(Facts(**(values | changes)), allowed=allowed, customers=CUSTOMERS)
    return {NAMES[person]: "+".join(sorted(channels)) for person, channels in sorted(found.items())}


BY_ALICE = {"actor": ALICE, "is_by_customer": True}
BY_ERIN = {"actor": ERIN}


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        ("opened", {**BY_ALICE, "handler": None}, {"alice": "email", "bob": "email+site", "frank": "site"}),
        (
            "opened",
            {**BY_ALICE, "handler": None, "severity": "p1"},
            {"alice": "email", "bob": "email+site", "frank": "email+page+site"},
        ),
        ("replied", BY_ERIN, {"alice": "email+site", "bob": "email+site", "sam": "site"}),
        ("replied", {**BY_ERIN, "is_told_by_next": True}, {}),
        ("customer_replied", BY_ALICE, {"bob": "site", "erin": "email+site", "sam": "site"}),
        (
            "customer_replied",
            {**BY_ALICE, "handler": None},
            {"bob": "site", "frank": "email+site", "sam": "site"},
        ),
        ("noted", {"actor": FRANK, "is_public": False}, {"erin": "site", "sam": "site"}),
        ("assigned", {"actor": FRANK}, {"erin": "email+site"}),
        ("assigned", BY_ERIN, {}),
        ("severity_changed", BY_ERIN, {"alice": "email+site", "bob": "email+site"}),
        ("severity_changed", BY_ALICE, {"bob": "site", "erin": "email+site"}),
        (
            "severity_changed",
            {**BY_ALICE, "severity": "p0", "is_raised": True},
            {"bob": "site", "erin": "email+page+site"},
        ),
        ("waited_on_customer", BY_ERIN, {"alice": "email+site", "bob": "email+site", "sam": "site"}),
        ("resolved", BY_ERIN, {"alice": "email+site", "bob": "email+site", "sam": "site"}),
        ("resolved", BY_ALICE, {"bob": "site", "erin": "email+site", "sam": "site"}),
        ("reopened", BY_ALICE, {"bob": "site", "erin": "email+site", "sam": "site"}),
        ("closed", {}, {"alice": "site", "bob": "site"}),
        (
            "escalated",
            {"handler": None},
            {
                "alice": "email+site",
                "bob": "email+site",
                "frank": "email+page+site",
                "tina": "site",
                "sam": "site",
            },
        ),
        (
            "manager_paged",
            {"handler": None},
            {"alice": "email+site", "bob": "email+site", "frank": "email+site", "mona": "email+page+site"},
        ),
        ("at_risk", {"is_public": False}, {"erin": "site"}),
        ("at_risk", {"is_public": False, "severity": "p0", "handler": None}, {"frank": "email+site"}),
        ("breached", {}, {"erin": "site"}),
        ("breached", {"severity": "p1"}, {"erin": "email+site"}),
        ("started", BY_ERIN, {}),
        ("resumed", BY_ALICE, {}),
    ],
)
def test_the_table_says_who_is_told(kind: str, facts: dict[str, object], expected: dict[str, str]) -> None:
    assert told(kind, **facts) == dict(sorted(expected.items(), key=lambda item: list(NAMES.values()).index(item[0])))


@pytest.mark.parametrize("kind", EventKind.values)
def test_nobody_is_told_of_their_own_act_but_by_a_receipt(kind: str) -> None:
    for actor, name in NAMES.items():
        channels = told(kind, actor=actor, is_by_customer=actor in CUSTOMERS, severity="p0").get(name)
        assert channels is None or (
            kind in ("opened", "escalation_requested") and (name, channels) == ("alice", "email")
        )


@pytest.mark.parametrize("kind", EventKind.values)
def test_customers_are_told_of_nothing_internal(kind: str) -> None:
    assert not {"alice", "bob"} & set(told(kind, is_public=False, severity="p0"))


@pytest.mark.parametrize("kind", EventKind.values)
def test_only_people_who_may_see_the_ticket_are_told(kind: str) -> None:
    assert set(told(kind, allowed=frozenset({ALICE, ERIN}), severity="p0")) <= {"alice", "erin"}


@pytest.mark.parametrize("kind", ["at_risk", "breached", "noted"])
def test_customers_never_hear_of_warnings_and_notes_even_if_marked_public(kind: str) -> None:
    assert not {"alice", "bob"} & set(told(kind, handler=ALICE, staff_followers=frozenset({BOB}), severity="p0"))
