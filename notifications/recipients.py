"""Who is told of an event, and by which channels? PURE: facts in, people and channels out.

The table says it, kind by kind. Above the table stand four rules without exception: nobody is told of their own act (an
acknowledgement is no news but a receipt), customers are told of nothing internal, nobody is told twice, and nobody
outside the facts' `allowed`, which are the people who may see the ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from notifications.choices import Channel
from sla.choices import Severity
from tickets.choices import EventKind

URGENT = frozenset({Severity.P0, Severity.P1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """People by primary key. `on_call` and `tier_engineers` are those of the tier that the event leads to.

    `handler` is the owner, `added` whom the event made a follower, `caller` who of our side is in a screen-sharing call.
    `changes_calendars` says that everybody's calendar follows by the mail, the actor's too. `is_told_by_next` says that
    another event of the same act tells the same people more.
    """

    kind: str
    severity: str
    actor: int | None
    is_by_customer: bool
    is_public: bool = True
    is_told_by_next: bool = False
    is_raised: bool = False
    is_low: bool = False
    changes_calendars: bool = False
    requester: int
    handler: int | None = None
    added: int | None = None
    caller: int | None = None
    customer_followers: frozenset[int] = frozenset()
    staff_followers: frozenset[int] = frozenset()
    on_call: frozenset[int] = frozenset()
    tier_engineers: frozenset[int] = frozenset()
    escalation_managers: frozenset[int] = frozenset()

    @property
    def is_urgent(self) -> bool:
        return self.severity in URGENT

    @property
    def customers(self) -> frozenset[int]:
        return self.customer_followers | {self.requester}

    @property
    def handlers(self) -> frozenset[int]:
        """Whoever has the ticket; the tier's person on call when nobody has it."""
        return frozenset({self.handler}) if self.handler else self.on_call


Audience = Callable[[Facts], frozenset[int]]
Condition = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """Tell an audience over these channels, when the condition holds. A receipt also goes to whoever acted."""

    audience: Audience
    channels: frozenset[Channel]
    when: Condition = lambda facts: True
    is_receipt: bool = False


SITE = frozenset({Channel.SITE})
MAIL = frozenset({Channel.EMAIL})
BOTH = SITE | MAIL
ALARM = frozenset({Channel.SITE, Channel.EMAIL, Channel.PAGE})


def _requester(facts: Facts) -> frozenset[int]:
    return frozenset({facts.requester})


def _customers(facts: Facts) -> frozenset[int]:
    return facts.customers


def _customer_followers(facts: Facts) -> frozenset[int]:
    return facts.customer_followers


def _staff_followers(facts: Facts) -> frozenset[int]:
    return facts.staff_followers


def _handlers(facts: Facts) -> frozenset[int]:
    return facts.handlers


def _owner(facts: Facts) -> frozenset[int]:
    return frozenset({facts.handler}) if facts.handler else frozenset()


def _added(facts: Facts) -> frozenset[int]:
    return frozenset({facts.added}) if facts.added else frozenset()


def _on_call(facts: Facts) -> frozenset[int]:
    return facts.on_call


def _tier(facts: Facts) -> frozenset[int]:
    return facts.tier_engineers


def _managers(facts: Facts) -> frozenset[int]:
    return facts.escalation_managers


def _urgent(facts: Facts) -> bool:
    return facts.is_urgent


def _by_customer(facts: Facts) -> bool:
    return facts.is_by_customer


def _by_us(facts: Facts) -> bool:
    return not facts.is_by_customer


def _by_a_person(facts: Facts) -> bool:
    return facts.actor is not None


def _callers(facts: Facts) -> frozenset[int]:
    """Of our side: whoever is in the call, and whoever has the ticket."""
    return facts.handlers | (frozenset({facts.caller}) if facts.caller else frozenset())


def _changes_calendars(facts: Facts) -> bool:
    return facts.changes_calendars


def _low(facts: Facts) -> bool:
    return facts.is_low


def _raised_to_urgent(facts: Facts) -> bool:
    return facts.is_raised and facts.is_urgent


# Everybody on the ticket reads of its calls; whoever has one in the calendar gets the file that changes it, the actor too.
_CALL = (
    Rule(_customers, SITE),
    Rule(_callers, SITE),
    Rule(_staff_followers, SITE),
    Rule(_customers, MAIL, _changes_calendars, is_receipt=True),
    Rule(_callers, MAIL, _changes_calendars, is_receipt=True),
)
# A kind that is missing here is on the page for whoever looks, and news for nobody.
TABLE: Mapping[str, tuple[Rule, ...]] = {
    EventKind.OPENED: (
        Rule(_requester, MAIL, is_receipt=True),
        Rule(_customer_followers, BOTH),
        Rule(_on_call, SITE),
        Rule(_on_call, ALARM, _urgent),
    ),
    EventKind.REPLIED: (Rule(_customers, BOTH), Rule(_staff_followers, SITE)),
    EventKind.CUSTOMER_REPLIED: (Rule(_handlers, BOTH), Rule(_staff_followers, SITE), Rule(_customers, SITE)),
    EventKind.FOLLOWER_ADDED: (Rule(_added, BOTH),),
    EventKind.FOLLOWED: (Rule(_handlers, SITE), Rule(_requester, SITE)),
    EventKind.DETAILS_ADDED: (Rule(_handlers, SITE), Rule(_staff_followers, SITE)),
    EventKind.REMINDED: (Rule(_customers, BOTH), Rule(_owner, SITE)),
    EventKind.CONTACTS_CHANGED: (Rule(_owner, SITE),),
    EventKind.QUESTION_CLOSED: (Rule(_customers, SITE), Rule(_owner, SITE)),
    EventKind.INVESTIGATED: (Rule(_customers, SITE), Rule(_owner, SITE), Rule(_staff_followers, SITE)),
    EventKind.NOTED: (Rule(_owner, SITE), Rule(_staff_followers, SITE)),
    EventKind.ASSIGNED: (Rule(_owner, BOTH),),
    EventKind.SEVERITY_CHANGED: (
        Rule(_customers, BOTH, _by_us),
        Rule(_customers, SITE, _by_customer),
        Rule(_handlers, SITE, _by_us),
        Rule(_handlers, BOTH, _by_customer),
        Rule(_handlers, ALARM, _raised_to_urgent),
    ),
    EventKind.WAITED_ON_CUSTOMER: (Rule(_customers, BOTH), Rule(_staff_followers, SITE)),
    EventKind.RESOLVED: (
        Rule(_customers, BOTH, _by_us),
        Rule(_customers, SITE, _by_customer),
        Rule(_handlers, BOTH, _by_customer),
        Rule(_staff_followers, SITE),
    ),
    EventKind.REOPENED: (
        Rule(_customers, BOTH, _by_us),
        Rule(_customers, SITE, _by_customer),
        Rule(_handlers, BOTH),
        Rule(_staff_followers, SITE),
    ),
    EventKind.CLOSED: (Rule(_customers, SITE),),
    EventKind.ESCALATED: (
        Rule(_customers, BOTH),
        Rule(_on_call, ALARM),
        Rule(_tier, SITE),
        Rule(_staff_followers, SITE),
    ),
    EventKind.HANDED_BACK: (Rule(_customers, BOTH), Rule(_on_call, BOTH), Rule(_staff_followers, SITE)),
    EventKind.MANAGER_PAGED: (
        Rule(_customers, BOTH),
        Rule(_managers, ALARM),
        Rule(_handlers, BOTH),
    ),
    EventKind.ESCALATION_REQUESTED: (
        Rule(_requester, MAIL, is_receipt=True),
        Rule(_customer_followers, SITE),
        Rule(_managers, ALARM),
        Rule(_handlers, SITE),
    ),
    EventKind.ESCALATION_ACKNOWLEDGED: (Rule(_customers, SITE),),
    EventKind.ESCALATION_ACCEPTED: (Rule(_customers, BOTH), Rule(_handlers, BOTH)),
    EventKind.ESCALATION_ANSWERED: (Rule(_customers, BOTH), Rule(_handlers, SITE)),
    EventKind.ESCALATION_CLOSED: (
        Rule(_customers, BOTH, _by_a_person),  # one that ended with its ticket: the ticket's own news says so
        Rule(_handlers, SITE),
        Rule(_managers, SITE),
    ),
    EventKind.COMMITTED: (Rule(_customers, BOTH), Rule(_handlers, SITE)),
    EventKind.SLIPPED: (Rule(_customers, SITE), Rule(_managers, BOTH), Rule(_handlers, BOTH)),
    EventKind.PROMISE_MISSED: (Rule(_managers, BOTH), Rule(_handlers, BOTH)),
    EventKind.MERGED: (Rule(_customers, BOTH), Rule(_handlers, SITE)),
    EventKind.FOLLOWED_UP: (
        Rule(_owner, BOTH),
        Rule(_staff_followers, SITE),
    ),  # of the new one they hear as it is filed
    EventKind.RATED: (
        Rule(_handlers, SITE),
        Rule(_staff_followers, SITE),
        Rule(_managers, BOTH, _low),
    ),
    EventKind.CALL_PROPOSED: (*_CALL, Rule(_customers, MAIL, _by_us), Rule(_callers, MAIL, _by_customer)),
    EventKind.CALL_ACCEPTED: _CALL,
    EventKind.CALL_DECLINED: (*_CALL, Rule(_customers, MAIL, _by_us), Rule(_callers, MAIL, _by_customer)),
    EventKind.CALL_CANCELLED: (*_CALL, Rule(_customers, MAIL, _by_us), Rule(_callers, MAIL, _by_customer)),
    EventKind.CALL_HELD: (*_CALL, Rule(_customers, MAIL, _by_us)),
    EventKind.CALL_OUTCOME_ASKED: (Rule(_callers, BOTH),),
    EventKind.AT_RISK: (Rule(_handlers, SITE), Rule(_handlers, BOTH, _urgent)),
    EventKind.BREACHED: (Rule(_handlers, SITE), Rule(_handlers, BOTH, _urgent)),
}
# Public in the timeline, but the customer hears of it otherwise: by the escalation that follows.
_STAFF_ONLY = frozenset({EventKind.NOTED, EventKind.AT_RISK, EventKind.BREACHED})


def recipients(facts: Facts, *, allowed: frozenset[int], customers: frozenset[int]) -> dict[int, frozenset[Channel]]:
    """The channels of each person who is told. `allowed` may see the ticket; `customers` are those who are not staff."""
    told: dict[int, frozenset[Channel]] = {}
    if facts.is_told_by_next:
        return told
    is_internal = not facts.is_public or facts.kind in _STAFF_ONLY
    for rule in TABLE.get(facts.kind, ()):
        if not rule.when(facts):
            continue
        for person in rule.audience(facts) & allowed:
            is_own_act = person == facts.actor and not rule.is_receipt
            if not is_own_act and not (is_internal and person in customers):
                told[person] = told.get(person, frozenset()) | rule.channels
    return told


def candidates(facts: Facts) -> frozenset[int]:
    """Everybody whom the table could name for these facts."""
    people: frozenset[int] = frozenset()
    for rule in TABLE.get(facts.kind, ()):
        people |= rule.audience(facts)
    return people
