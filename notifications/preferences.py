"""What a person may decline to be mailed, and what they may not. PURE: facts in, channels out.

On the site everybody is told of everything: a choice takes the mail away and nothing else. Three things are mailed whatever
was chosen: what pages somebody, to our staff whatever happens on a P0 or P1, and to whoever filed a ticket the answers on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifications.choices import Channel, News
from notifications.recipients import Facts
from tickets.choices import EventKind

# A kind that is missing here is `News.STATE`.
KINDS: Mapping[str, News] = {
    EventKind.REPLIED: News.ANSWERS,
    EventKind.WAITED_ON_CUSTOMER: News.ANSWERS,
    EventKind.RESOLVED: News.ANSWERS,
    EventKind.CUSTOMER_REPLIED: News.ANSWERS,
    EventKind.FOLLOWED_UP: News.ANSWERS,
    EventKind.OPENED: News.FILED,
    EventKind.ESCALATED: News.ESCALATIONS,
    EventKind.HANDED_BACK: News.ESCALATIONS,
    EventKind.MANAGER_PAGED: News.ESCALATIONS,
    EventKind.ESCALATION_REQUESTED: News.ESCALATIONS,
    EventKind.ESCALATION_ACKNOWLEDGED: News.ESCALATIONS,
    EventKind.ESCALATION_ACCEPTED: News.ESCALATIONS,
    EventKind.ESCALATION_ANSWERED: News.ESCALATIONS,
    EventKind.ESCALATION_CLOSED: News.ESCALATIONS,
    EventKind.COMMITTED: News.ESCALATIONS,
    EventKind.SLIPPED: News.ESCALATIONS,
    EventKind.PROMISE_MISSED: News.ESCALATIONS,
}
Told = Mapping[int, frozenset[Channel]]


def news_of(kind: str) -> News:
    return KINDS.get(kind, News.STATE)


def as_chosen(
    told: Told, facts: Facts, *, declined: Mapping[int, frozenset[str]], customers: frozenset[int]
) -> dict[int, frozenset[Channel]]:
    """The channels of each person after their choices: `declined` are the kinds of news they want no mail of."""
    news = news_of(facts.kind)
    return {
        person: without_mail(channels)
        if news in declined.get(person, ()) and not is_fixed(person, channels, facts, is_customer=person in customers)
        else channels
        for person, channels in told.items()
    }


def is_fixed(person: int, channels: frozenset[Channel], facts: Facts, *, is_customer: bool) -> bool:
    """Is this mailed whatever the person chose?"""
    if Channel.PAGE in channels:
        return True
    if is_customer:
        return person == facts.requester and news_of(facts.kind) == News.ANSWERS
    return facts.is_urgent


def without_mail(channels: frozenset[Channel]) -> frozenset[Channel]:
    """What was mailed only is told on the site instead."""
    return (channels - {Channel.EMAIL}) | {Channel.SITE}
