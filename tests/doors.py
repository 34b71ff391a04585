"""Who may open which address of the site, and who may post to it: an address that is missing here fails a test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Bob reads the shared ticket; "insider" is Bob at a ticket that Alice did not share; Mallory is of another organisation.
CUSTOMERS = frozenset({"bob", "insider", "olga", "mallory"})
STAFF = frozenset({"frank", "mona", "max", "ada"})
SIGNED_IN = CUSTOMERS | STAFF
ANYONE = SIGNED_IN | {"anonymous"}
READERS = STAFF | {"bob", "olga"}
READING_CUSTOMERS = frozenset({"bob", "olga"})
MANAGERS = frozenset({"max", "ada"})
ESCALATION_MANAGERS = frozenset({"mona", "max", "ada"})
ADMINISTRATOR = frozenset({"ada"})
ORGANISATION_ADMIN = frozenset({"olga"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Door:
    """Who may GET the address and who may POST to it (the same people unless said); `path` where the route is a pattern."""

    who: frozenset[str]
    posts: frozenset[str] | None = None
    path: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def posters(self) -> frozenset[str]:
        return self.who if self.posts is None else self.posts


LETTER = {"body": "Let me in", "submission_key": "11111111-2222-4333-8444-555555555555"}
DOORS: dict[str, Door] = {
    "livez": Door(ANYONE),
    "readyz": Door(ANYONE),
    "healthz": Door(ANYONE),
    # The customers' pages
    "": Door(SIGNED_IN),
    "tickets/": Door(SIGNED_IN),
    "tickets/export/": Door(SIGNED_IN),
    "tickets/new/": Door(SIGNED_IN),
    "tickets/new/advice/": Door(SIGNED_IN),
    "tickets/new/similar/": Door(NOBODY, CUSTOMERS, data={"subject": "Shared with all"}),
    "tickets/drafts/<uuid:key>/": Door(NOBODY, data={"subject": "Let me in", "draft_revision": "1"}),  # Alice's own
    "tickets/drafts/<uuid:key>/discard/": Door(NOBODY),
    "tickets/new/questions/": Door(SIGNED_IN),
    "tickets/<int:pk>/": Door(READERS),
    "tickets/<int:pk>/details/": Door(READERS, data={"device": "Pixel 9", "initial-device": ""}),
    "tickets/<int:pk>/parts/": Door(READERS),
    "tickets/<int:pk>/receipt/": Door(READERS),
    "tickets/<int:pk>/rating/": Door(READERS & CUSTOMERS),
    "scores/<str:token>/": Door(NOBODY),  # signed for one person: what it opens is tested with the scores
    "tickets/<int:pk>/live/": Door(READERS),
    "tickets/<int:pk>/writing/": Door(NOBODY, READERS, data={"kind": "internal"}),
    "tickets/<int:pk>/calls/new/": Door(READERS),
    "calls/<uuid:key>/accept/": Door(READERS),
    "calls/<uuid:key>/decline/": Door(READERS),
    "calls/<uuid:key>/cancel/": Door(READERS),
    "calls/<uuid:key>/outcome/": Door(READERS),
    "calls/<uuid:key>/calendar.ics": Door(READERS),
    "tickets/<int:pk>/replies/": Door(READERS, READERS, data=LETTER),
    "tickets/<int:pk>/drafts/<uuid:key>/": Door(NOBODY, data={"body": "Let me in", "draft_revision": "1"}),
    "tickets/<int:pk>/answers/": Door(READERS, data=LETTER),
    "tickets/<int:pk>/contacts/": Door(READERS, data={"name": "Mallory", "phone": "+86 10 5555 0199"}),
    "tickets/<int:pk>/severity/": Door(READERS, data={"severity": "p0", "reason": "worse"}),
    "tickets/<int:pk>/people/": Door(READERS, STAFF | {"olga"}, data={"email": "mallory@example.test"}),
    "tickets/<int:pk>/people/follow/": Door(READERS),
    "tickets/<int:pk>/people/unfollow/": Door(READERS),
    "tickets/<int:pk>/sharing/": Door(READERS, STAFF | {"olga"}),
    "tickets/<int:pk>/solved/": Door(READERS),
    "tickets/<int:pk>/reopenings/": Door(READERS, data=LETTER),
    "tickets/<int:pk>/follow-ups/": Door(READERS, data=LETTER),
    "files/uploads/": Door(NOBODY, SIGNED_IN),
    "files/uploads/<uuid:key>/": Door(NOBODY),  # its sender's alone
    "files/<uuid:key>/": Door(READERS),
    "files/<uuid:key>/preview/": Door(READERS),
    "evidence/tickets/<int:pk>/": Door(READERS),
    "evidence/<uuid:key>/": Door(READERS),
    "evidence/<uuid:key>/file/": Door(READERS),
    # Escalations
    "escalations/": Door(STAFF),
    "escalations/scores/": Door(STAFF, ESCALATION_MANAGERS),
    "escalations/health/": Door(MANAGERS),
    "escalations/health/tickets/<int:pk>/try/": Door(NOBODY, MANAGERS),
    "escalations/tickets/<int:pk>/ask/": Door(
        READERS, data={"reason": "progress", "submission_key": "11111111-2222-4333-8444-666666666666"}
    ),
    "escalations/tickets/<int:pk>/contest/": Door(NOBODY, READERS),
    "escalations/tickets/<int:pk>/hand-up/": Door(STAFF, data={"reason": "r", "tried": "t", "ask": "a"}),
    "escalations/tickets/<int:pk>/hand-back/": Door(STAFF, data={"reason": "r", "tried": "t", "ask": "a"}),
    "escalations/tickets/<int:pk>/plan/": Door(NOBODY),  # whoever has the ticket; that is tested with the board
    "escalations/tickets/<int:pk>/trackers/": Door(STAFF, data={"url": "https://tracker.example/browse/RTC-1"}),
    "escalations/tickets/<int:pk>/trackers/<int:link>/remove/": Door(STAFF),
    # Answers: the article is for staff
    "help/": Door(ANYONE),
    "help/search/": Door(ANYONE),
    "help/<slug:slug>/": Door(STAFF),
    # Notices: Alice's own
    "notices/": Door(SIGNED_IN),
    "notices/bell/": Door(ANYONE),
    "notices/read/": Door(SIGNED_IN),
    "notices/choices/": Door(SIGNED_IN),
    "notices/<int:pk>/": Door(NOBODY),
    "notices/ticket/<int:pk>/read/": Door(READERS),
    # The mail folder is there in a demonstration only
    "mail/": Door(NOBODY),
    "mail/<int:pk>/": Door(NOBODY),
    "mail/<int:pk>/html/": Door(NOBODY),
    # People
    "accounts/language/": Door(ANYONE, data={"language": "en"}),
    "accounts/profile/": Door(SIGNED_IN),
    "accounts/sessions/": Door(SIGNED_IN),
    "accounts/members/": Door(SIGNED_IN),
    "accounts/members/<int:organisation>/": Door(
        frozenset({"bob", "insider", "olga"}), data={"email": "mole@example.test", "role": "admin"}
    ),
    "accounts/members/<int:organisation>/welcomed/": Door(frozenset({"bob", "insider", "olga"})),
    "accounts/members/<int:organisation>/<int:membership>/role/": Door(ORGANISATION_ADMIN, data={"role": "admin"}),
    "accounts/members/<int:organisation>/<int:membership>/remove/": Door(ORGANISATION_ADMIN),
    "accounts/members/<int:organisation>/invitations/<int:invitation>/revoke/": Door(ORGANISATION_ADMIN),
    "accounts/members/<int:organisation>/invitations/<int:invitation>/resend/": Door(ORGANISATION_ADMIN),
    "accounts/invitations/<str:token>/": Door(ANYONE),  # whoever has the link; what it gives is tested with accounts
    "accounts/email/": Door(ANYONE),  # leads to the profile, as do the two below
    "accounts/^confirm-email/": Door(ANYONE, path="accounts/confirm-email/x/"),
    # The sign-in library's pages
    "accounts/login/": Door(ANYONE),
    "accounts/login/code/": Door(ANYONE),
    "accounts/login/code/confirm/": Door(SIGNED_IN),
    "accounts/logout/": Door(NOBODY),  # everybody ends at the sign-in page
    "accounts/inactive/": Door(ANYONE),
    "accounts/signup/": Door(ANYONE),
    "accounts/reauthenticate/": Door(SIGNED_IN),
    "accounts/confirm-email/": Door(ANYONE),
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": Door(ANYONE, path="accounts/confirm-email/abc/"),
    "accounts/password/change/": Door(SIGNED_IN),
    "accounts/password/set/": Door(SIGNED_IN),
    "accounts/password/reset/": Door(ANYONE),
    "accounts/password/reset/done/": Door(ANYONE),
    "accounts/password/reset/key/done/": Door(ANYONE),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Door(
        ANYONE, path="accounts/password/reset/key/1-set-password/"
    ),
    "accounts/2fa/": Door(SIGNED_IN),
    "accounts/2fa/authenticate/": Door(SIGNED_IN),
    "accounts/2fa/reauthenticate/": Door(SIGNED_IN),
    "accounts/2fa/totp/activate/": Door(SIGNED_IN),
    "accounts/2fa/totp/deactivate/": Door(frozenset({"max"})),  # who has a second factor
    "accounts/2fa/recovery-codes/": Door(NOBODY),  # nobody here has made any
    "accounts/2fa/recovery-codes/generate/": Door(SIGNED_IN),
    "accounts/2fa/recovery-codes/download/": Door(NOBODY),
    # The desk
    "admin/": Door(ANYONE),  # leads to the queue, which asks who it is
    "admin/login/": Door(NOBODY),  # leads to the one sign-in page, customers nowhere
    "admin/logout/": Door(ANYONE),
    "admin/password_change/": Door(ANYONE),
    "admin/password_change/done/": Door(STAFF),
    "admin/search/": Door(STAFF),
    "admin/autocomplete/": Door(NOBODY),
    "admin/jsi18n/": Door(STAFF),
    "admin/r/<path:content_type_id>/<path:object_id>/": Door(NOBODY),
    "admin/tickets/ticket/": Door(STAFF),
    "admin/tickets/ticket/pulse/": Door(STAFF),
    "admin/tickets/ticket/take/": Door(STAFF, data={"ticket": "{pk}"}),
    "admin/tickets/ticket/<int:pk>/receipt/": Door(STAFF),
    "admin/tickets/ticket/<int:pk>/news/": Door(STAFF),
    "admin/tickets/ticket/<int:pk>/acts/<slug:name>/": Door(STAFF),
    "admin/escalation/commitment/pulse/": Door(STAFF),
    "admin/escalation/commitment/<int:pk>/acts/<slug:name>/": Door(ESCALATION_MANAGERS),
    "admin/(?P<url>.*)$": Door(NOBODY, path="admin/no/such/page/"),
}
# The admin's pages of a model follow the same shape; the tables say who, by app or model.
READS = {
    "tickets": STAFF,
    "escalation": STAFF,
    "knowledgebase": STAFF,
    "accounts": MANAGERS,
    "sla": MANAGERS,
}
CHANGES = {
    "tickets.ticket": NOBODY,
    "knowledgebase.article": frozenset({"frank", "max", "ada"}),
    "accounts.team": MANAGERS,
}
ADDS = {
    "tickets.ticket": NOBODY,
    "tickets.callroom": NOBODY,
    "knowledgebase.article": frozenset({"frank", "max", "ada"}),
}
NOT_DELETED = {
    "tickets.ticket",
    "tickets.datasource",
    "tickets.callroom",
    "accounts.user",
    "accounts.organisation",
    "sla.calendar",
    "sla.slapolicy",
    "sla.contract",
}
NOT_WRITTEN_BY_HAND = {"delivery.outboundmessage", "notifications.stuckevent", "escalation.escalation"}


def door_of(route: str) -> Door | None:
    if route in DOORS:
        return DOORS[route]
    found = re.fullmatch(r"admin/(\w+)/(\w+)/(add/|<path:object_id>/(?:(history|delete|change)/)?)?", route)
    if route.startswith("admin/^(?P<app_label>"):
        return Door(ADMINISTRATOR, path="admin/delivery/")
    if found is None:
        return None
    app, model, rest, verb = found.groups()
    name = f"{app}.{model}"
    reads = READS.get(app, ADMINISTRATOR)
    by_hand = NOBODY if name in NOT_WRITTEN_BY_HAND else ADMINISTRATOR
    if rest == "add/":
        return Door(ADDS.get(name, by_hand))
    if verb == "delete":
        return Door(NOBODY if name in NOT_DELETED else by_hand, data={"post": "yes"})
    if verb == "change":
        return Door(reads, CHANGES.get(name, by_hand))
    # The address without a verb only leads to the one with "change", whether or not there is such an object.
    return Door(reads if rest is None or verb else STAFF)
