"""What happened and whose turn it is, in words for the customer, in the reader's language and zone. Reads, never writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.bilingual import words_of
from accounts.choices import Tier
from sla import wording
from sla.choices import ClockKind, Severity
from tickets import call_wording, escalation_wording, investigation_wording
from tickets.choices import EventKind, SecretKind, SecretPlace, Status
from tickets.investigation_shown import Checklist
from tickets.models import Ticket, TicketEvent
from tickets.presenting import ClockView, OwnerView

_NAMES_TOLD = 5  # of what is in an archive


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: `kind` is the look (engineer, customer, late, done), then a word and a sentence."""

    kind: str
    word: str
    sentence: str

    def with_more(self, sentence: str) -> Turn:
        """One sentence more, or the same where it is empty."""
        if not sentence:
            return self
        return replace(self, sentence=format_html("{}{}{}", self.sentence, wording.between_sentences(), sentence))


def turn(
    ticket: Ticket,
    clocks: Mapping[str, ClockView],
    owner: OwnerView,
    asked: Checklist,
    *,
    waits_since: datetime | None = None,
) -> Turn:
    """Whose turn it is on the customer's page, until when, and what we ask of them."""
    if ticket.is_merged:
        return merged_turn(ticket, reverse("tickets:detail", args=[ticket.merged_into_id]))
    if ticket.status == Status.CLOSED:
        return Turn("done", _("Closed."), _("If it happens again, write below: that opens a new ticket."))
    if ticket.status == Status.RESOLVED:
        return Turn("done", _("Solved."), _closes(ticket))
    if ticket.status == Status.WAITING_CUSTOMER:
        return Turn("customer", pgettext("whose turn", "Your turn."), _asked(asked, waits_since))
    still = _still_asked(asked)
    first, resolution = clocks.get(ClockKind.FIRST_RESPONSE), clocks.get(ClockKind.RESOLUTION)
    if first and first.is_ticking:
        return _answer_owed(first, owner).with_more(still)
    return _solution_owed(ticket, resolution, owner).with_more(still)


def _asked(asked: Checklist, since: datetime | None) -> str:
    """What the customer is to answer, and that the resolution clock stands still for it."""
    number = len(asked.open)
    if number:
        words = ngettext("Answer %(n)s question below.", "Answer %(n)s questions below.", number) % {"n": number}
    elif asked.letters:
        words = _("{name} asked you something.").replace("{name}", asked.letters[-1].by.name)
    else:
        words = _("We asked you something.")
    if since is None:
        return wording.sentences([words, _("The resolution clock stands still until you answer.")])
    stands = _("The resolution clock stands still since {time}, until you answer.")
    return format_html("{}{}{}", words, wording.between_sentences(), format_html(stands, time=tag_time(since)))


def _still_asked(asked: Checklist) -> str:
    number = len(asked.open)
    words = ngettext(
        "%(n)s question to you is still open below.", "%(n)s questions to you are still open below.", number
    )
    return words % {"n": number} if number else ""


def merged_turn(ticket: Ticket, address: str) -> Turn:
    """A merged ticket has no turns any more: the one that goes on stands at `address`."""
    link = format_html('<a href="{}">#{}</a>', address, ticket.merged_into_id)
    words = _("This is the same problem as {ticket}. It goes on there.")
    return Turn("done", pgettext("whose turn", "Merged."), format_html(words, ticket=link))


def contents_line(contents: Mapping[str, Any] | None) -> str:
    """“12 files, 340 MB unpacked: a.log, b.log, …” of what `archives.peek` saw; nothing for other files."""
    if not contents:
        return ""
    kinds = [SecretKind(each).label for each in contents.get("secrets", ()) if each in SecretKind.values]
    warning = _("It seems to contain: %(kinds)s. What is inside an archive is not masked.") if kinds else ""
    line = _("%(contents)s.") % {"contents": _listing(contents)} if kinds else _listing(contents)
    return wording.sentences([line, warning % {"kinds": wording.listed(kinds)} if warning else ""])


def _listing(contents: Mapping[str, Any]) -> str:
    size = filesizeformat(contents["size"])
    if contents["kind"] == "gzip":
        words = _("%(size)s unpacked") if contents["is_whole"] else _("more than %(size)s unpacked")
        return words % {"size": size}
    words = ngettext("%(n)d file, %(size)s unpacked", "%(n)d files, %(size)s unpacked", contents["count"])
    if contents["kind"] == "tar.gz" and not contents["is_whole"]:  # its table of contents stands between the files
        words = ngettext(
            "%(n)d file and more, %(size)s unpacked", "%(n)d files and more, %(size)s unpacked", contents["count"]
        )
    line = words % {"n": contents["count"], "size": size}
    if contents["is_locked"]:
        line = _("%(contents)s, locked with a password") % {"contents": line}
    if not contents["names"]:
        return line
    names = wording.listed(contents["names"][:_NAMES_TOLD])
    words = _("%(contents)s: %(names)s …") if contents["count"] > _NAMES_TOLD else _("%(contents)s: %(names)s")
    return words % {"contents": line, "names": names}


def severity_name(severity: str) -> str:
    """“P1 Severe”."""
    return f"{severity.upper()} {Severity(severity).label}"


def event_line(event: TicketEvent) -> str:
    """One grey line between the letters; reads `event.actor`."""
    words = _LINES.get(event.kind)
    return words(event) if words else event.get_kind_display()


def tag_time(at: datetime) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.astimezone(UTC).isoformat(), wording.instant(at))


def _closes(ticket: Ticket) -> str:
    if ticket.check_at is None:
        return _("If it is not, say so below and the ticket opens again.")
    return format_html(
        _("If it is not, say so below by {time}; after that the ticket closes by itself."),
        time=tag_time(ticket.check_at),
    )


def _answer_owed(first: ClockView, owner: OwnerView) -> Turn:
    if first.state == "breached":
        sentence = _("You should have had an answer by {time}, and we are sorry. Your ticket is with: {owner}.")
        return _late(sentence, first, owner)
    if first.due_at is None:
        return _ours(owner.line)
    sentence = _("{name} answers by {time}.") if owner.name else _("An engineer answers by {time}. Owner: {owner}.")
    return _ours(format_html(sentence, name=owner.name, owner=owner.line, time=tag_time(first.due_at)))


def _solution_owed(ticket: Ticket, resolution: ClockView | None, owner: OwnerView) -> Turn:
    if resolution is None or resolution.due_at is None:
        return _ours(owner.line)
    if resolution.state == "breached":
        sentence = _("A solution was due by {time}, and we are sorry. Your ticket is with: {owner}.")
        return _late(sentence, resolution, owner)
    if ticket.status == Status.WAITING_INTERNAL:
        sentence = _("Our specialists are looking into it while your clock runs on; a solution is due by {time}.")
    elif owner.name:
        sentence = _("{name} is working on it; a solution is due by {time}.")
    else:
        sentence = _("A solution is due by {time}. Owner: {owner}.")
    return _ours(format_html(sentence, name=owner.name, owner=owner.line, time=tag_time(resolution.due_at)))


def _ours(sentence: str) -> Turn:
    return Turn("engineer", pgettext("whose turn", "Our turn."), sentence)


def _late(sentence: str, clock: ClockView, owner: OwnerView) -> Turn:
    due_at = clock.due_at or clock.breached_at
    time = tag_time(due_at) if due_at else ""
    return Turn("late", _("We are late."), format_html(sentence, time=time, owner=owner.line))


def _assigned(event: TicketEvent) -> str:
    name = event.data.get("name")
    return _("%(name)s has the ticket now") % {"name": name} if name else _("The ticket is being assigned")


def _severity_changed(event: TicketEvent) -> str:
    data = event.data
    words = (
        _("%(who)s raised the severity from %(before)s to %(after)s: “%(reason)s”")
        if data.get("raised")
        else _("%(who)s lowered the severity from %(before)s to %(after)s: “%(reason)s”")
    )
    return words % {
        "who": event.actor_name,
        "before": severity_name(data["from"]),
        "after": severity_name(data["to"]),
        "reason": data.get("reason", ""),
    }


def _resumed(event: TicketEvent) -> str:
    if event.actor and not event.actor.is_staff:
        return _("%(who)s answered; the resolution clock runs again") % {"who": event.actor_name}
    return _("The resolution clock runs again")


def _resolved(event: TicketEvent) -> str:
    if event.data.get("by_customer"):
        return _("%(who)s said that it is solved") % {"who": event.actor_name}
    return _("%(who)s resolved the ticket") % {"who": event.actor_name}


def _escalated(event: TicketEvent) -> str:
    to = event.data.get("to", "")
    tier = Tier(to).label if to in Tier.values else to
    words = {
        "clock": _("Escalated to %(tier)s: a deadline was missed"),
        "engineer": _("Escalated to %(tier)s: handed up by %(who)s"),
        "customer": _("Escalated to %(tier)s: asked for by the customer"),
    }
    return words.get(event.data.get("trigger", ""), _("Moved to %(tier)s")) % {"tier": tier, "who": event.actor_name}


def _handed_back(event: TicketEvent) -> str:
    to = event.data.get("to", "")
    return _("Handed back to %(tier)s by %(who)s") % {
        "tier": Tier(to).label if to in Tier.values else to, "who": event.actor_name,
    }  # fmt: skip


def _breached(event: TicketEvent) -> str:
    clock = event.data.get("clock")
    due = wording.short_instant(datetime.fromisoformat(event.data["due_at"]), now=event.at)
    if event.data.get("cause") != "elapsed":
        is_first = clock == ClockKind.FIRST_RESPONSE
        return _("The new first response time has passed already") if is_first else _("The new time has passed already")
    if clock == ClockKind.FIRST_RESPONSE:
        return _("The first response was due by %(time)s and is late") % {"time": due}
    return _("The solution was due by %(time)s and is late") % {"time": due}


def _merged(event: TicketEvent) -> str:
    """Numbers only: whoever reads the one ticket need not be allowed to read the other."""
    if "into" in event.data:
        return _("%(who)s merged this ticket into #%(number)s") % {
            "who": event.actor_name,
            "number": event.data["into"],
        }
    return _("%(who)s merged #%(number)s into this ticket") % {
        "who": event.actor_name,
        "number": event.data.get("from"),
    }


def _secrets_masked(event: TicketEvent) -> str:
    found = event.data.get("found", [])
    number = sum(each["count"] for each in found)
    words = ngettext(
        "%(n)s secret in what %(who)s sent was masked: %(list)s",
        "%(n)s secrets in what %(who)s sent were masked: %(list)s",
        number,
    )
    listed = pgettext("between", ", ").join(_secret(each) for each in found)
    return words % {"n": number, "who": event.actor_name, "list": listed}


def _secret(found: Mapping[str, Any]) -> str:
    """“App certificate (message)”, “RTC token ×3 (app.log)”."""
    kind, where = found["kind"], found["where"]
    times = f" ×{found['count']}" if found["count"] > 1 else ""
    return _("%(kind)s%(times)s (%(place)s)") % {
        "kind": SecretKind(kind).label if kind in SecretKind.values else kind,
        "times": times,
        "place": found.get("file") or (SecretPlace(where).label if where in SecretPlace.values else where),
    }


def _followed_up(event: TicketEvent) -> str:
    """Numbers only, as for a merge."""
    if "follows" in event.data:
        return _("This ticket goes on from #%(number)s, which is closed") % {"number": event.data["follows"]}
    told = _("%(who)s wrote again: that is #%(number)s, a ticket with clocks of its own")
    return told % {"who": event.actor_name, "number": event.data.get("followed_by")}


def _data_erased(event: TicketEvent) -> str:
    names = wording.listed(words_of(each, "name") for each in event.data.get("sources", ()))
    return _("Erased on schedule: %(names)s") % {"names": names} if names else event.get_kind_display()


def _rated(event: TicketEvent) -> str:
    is_change = event.data.get("is_change")
    words = (
        _("%(who)s changed the score to %(score)s of 5")
        if is_change
        else _("%(who)s scored the solution %(score)s of 5")
    )
    return words % {"who": event.actor_name, "score": event.data.get("score")}


def _follower(event: TicketEvent) -> str:
    """Who was added by whom; of oneself it is said shorter."""
    name, is_own = event.data.get("name", ""), event.actor_id == event.data.get("to")
    if event.kind == EventKind.FOLLOWER_ADDED:
        words = _("%(who)s follows the ticket") if is_own else _("%(who)s added %(name)s as a follower")
    else:
        words = _("%(who)s stopped following") if is_own else _("%(who)s removed %(name)s from the followers")
    return words % {"who": event.actor_name, "name": name}


_LINES: dict[str, Callable[[TicketEvent], str]] = {
    **escalation_wording.LINES,
    **investigation_wording.LINES,
    **call_wording.LINES,
    EventKind.OPENED: lambda event: _("%(who)s filed the ticket") % {"who": event.actor_name},
    EventKind.ASSIGNED: _assigned,
    EventKind.STARTED: lambda event: _("%(who)s started to work on it") % {"who": event.actor_name},
    EventKind.SEVERITY_CHANGED: _severity_changed,
    EventKind.WAITED_INTERNALLY: lambda event: _("Our specialists were asked; the clocks run on"),
    EventKind.RESUMED: _resumed,
    EventKind.RESOLVED: _resolved,
    EventKind.REOPENED: lambda event: _("%(who)s reopened the ticket") % {"who": event.actor_name},
    EventKind.CLOSED: lambda event: _("The ticket was closed"),
    EventKind.ESCALATED: _escalated,
    EventKind.HANDED_BACK: _handed_back,
    EventKind.MANAGER_PAGED: lambda event: _("The escalation manager was called in"),
    EventKind.BREACHED: _breached,
    EventKind.MERGED: _merged,
    EventKind.DATA_SAVED: lambda event: _("%(who)s saved what was recorded of the call") % {"who": event.actor_name},
    EventKind.DATA_ERASED: _data_erased,
    EventKind.SECRETS_MASKED: _secrets_masked,
    EventKind.FOLLOWED: lambda event: (
        _("%(who)s has the same problem and follows this ticket") % {"who": event.actor_name}
    ),
    EventKind.FOLLOWER_ADDED: _follower,
    EventKind.FOLLOWER_REMOVED: _follower,
    EventKind.SHARED: lambda event: _("%(who)s shared the ticket with the organisation") % {"who": event.actor_name},
    EventKind.UNSHARED: lambda event: _("%(who)s ended the sharing with the organisation") % {"who": event.actor_name},
    EventKind.FOLLOWED_UP: _followed_up,
    EventKind.RATED: _rated,
    EventKind.RATING_FOLLOWED_UP: lambda event: (
        _("%(who)s talked the low score over: “%(outcome)s”")
        % {"who": event.actor_name, "outcome": event.data.get("outcome", "")}
    ),
    EventKind.DETAILS_ADDED: lambda event: _("%(who)s added details") % {"who": event.actor_name},
}
