"""Writes of the SLA floor. What an administrator changes is logged in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import translation

from accounts.models import Organisation, SupportPlan, User
from sla import china
from sla.book import Agreement
from sla.defaults import DEFAULT_TARGETS, OFFICE_DAY, OFFICE_HOURS, Row, target_columns
from sla.editing import CalendarValues, Change, ChangedMeanwhile, agreement_changes, calendar_changes, stamp_of
from sla.models import Calendar, Contract, ContractTarget, SlaPolicy, SlaTarget
from sla.policies import agreement_of
from sla.terms import TargetCells

LONGEST_LOG = 4000  # characters


def ensure_china_calendar(*, today: date) -> Calendar:
    """The default business calendar: Monday to Friday 9:00-17:30 in Shanghai, with holidays and make-up days.

    `today` decides the years whose holidays are entered: last year, this one and the next, as far as they are known.
    """
    definition, known_until = china.definition(OFFICE_HOURS, years=[today.year - 1, today.year, today.year + 1])
    calendar, _ = Calendar.objects.get_or_create(
        code="china-office",
        defaults={
            "name_en": "China office hours",
            "name_zh": "中国工作日历",
            "definition": definition,
            "business_day_seconds": OFFICE_DAY,
            "known_until": known_until,
        },
    )
    return calendar


def ensure_policy(*, plan: SupportPlan, calendar: Calendar, targets: Mapping[str, Row] = DEFAULT_TARGETS) -> SlaPolicy:
    """The plan's policy; one that is there already is left as its administrator made it."""
    with transaction.atomic():
        policy, is_new = SlaPolicy.objects.get_or_create(plan=plan, defaults={"calendar": calendar})
        if is_new:
            SlaTarget.objects.bulk_create(
                SlaTarget(policy=policy, severity=severity, **target_columns(row)) for severity, row in targets.items()
            )
        return policy


def add_calendar(*, code: str, values: CalendarValues, by: User) -> Calendar:
    """Store a new calendar. Raises ValueError for a malformed definition; nothing is stored then."""
    with transaction.atomic():
        calendar = Calendar(code=code, **asdict(values) | {"known_until": date.fromisoformat(values.known_until)})
        calendar.compiled()
        calendar.save(force_insert=True)
        _log(calendar, by=by, flag=ADDITION)
        return calendar


def edit_calendar(*, calendar: Calendar, values: CalendarValues, seen: str, by: User, now: datetime) -> Calendar:
    """Store what an administrator made of a calendar; other hours or days raise its version.

    `seen` is the stamp of the values that the administrator had before them. Raises ChangedMeanwhile where the stored
    ones are others, and ValueError for a malformed definition; nothing is stored then.
    """
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        before = CalendarValues.of(calendar)
        if stamp_of(before) != seen:
            raise ChangedMeanwhile
        calendar.name_en, calendar.name_zh = values.name_en, values.name_zh
        calendar.business_day_seconds = values.business_day_seconds
        calendar.known_until = date.fromisoformat(values.known_until)
        calendar.save(update_fields=["name_en", "name_zh", "business_day_seconds", "known_until"])
        if values.definition != before.definition:
            calendar = replace_definition(calendar=calendar, definition=dict(values.definition), now=now)
        with translation.override("en"):
            changes = calendar_changes(before, values)
        if changes:
            _log(calendar, by=by, flag=CHANGE, changes=changes)
        return calendar


def replace_definition(*, calendar: Calendar, definition: dict[str, object], now: datetime) -> Calendar:
    """Give the calendar other hours or holidays and raise its version, so that clocks are computed anew.

    Raises ValueError, with a sentence that says what is wrong, for a malformed definition; nothing is stored then.
    """
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
        calendar.definition = definition
        calendar.compiled()
        calendar.version, calendar.edited_at = calendar.version + 1, now
        calendar.save(update_fields=["definition", "version", "edited_at"])
        return calendar


def set_policy(
    *, policy: SlaPolicy | None, plan: SupportPlan | None, values: Agreement, seen: str, by: User
) -> SlaPolicy:
    """Give a plan its calendar and targets; without `policy` the plan has none of its own yet. New tickets use them.

    Raises ChangedMeanwhile where the stored values are not those of the stamp `seen` any more; nothing is stored then.
    """
    if values.calendar_id is None:
        raise ValueError("A policy needs a business calendar.")
    with transaction.atomic():
        rows = SlaPolicy.objects.filter(plan=plan) if policy is None else SlaPolicy.objects.filter(pk=policy.pk)
        stored = rows.select_for_update().first()
        before = agreement_of(stored) if stored else None
        if stamp_of(before) != seen:
            raise ChangedMeanwhile
        if stored is None:
            stored = SlaPolicy.objects.create(plan=plan, calendar_id=values.calendar_id)
        elif stored.calendar_id != values.calendar_id:
            stored.calendar_id = values.calendar_id
            stored.save(update_fields=["calendar"])
        SlaTarget.objects.filter(policy=stored).delete()
        SlaTarget.objects.bulk_create(
            SlaTarget(policy=stored, severity=severity, **_columns(cells)) for severity, cells in values.cells.items()
        )
        _log_agreement(stored, before, values, by=by)
        return stored


def set_contract(*, organisation: Organisation, values: Agreement, seen: str, by: User) -> Contract | None:
    """Write down what the organisation's contract says otherwise than its plan; None when nothing does any more.

    New tickets use it. Raises ChangedMeanwhile as `set_policy` does.
    """
    cells = {severity: each for severity, each in values.cells.items() if not each.is_empty}
    values = Agreement(values.calendar_id, cells)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        stored = Contract.objects.filter(organisation=organisation).first()
        before = agreement_of(stored) if stored else None
        if stamp_of(before) != seen:
            raise ChangedMeanwhile
        if not values.cells and values.calendar_id is None:
            if stored:
                _log(stored, by=by, flag=DELETION)
                stored.delete()
            return None
        if stored is None:
            stored = Contract.objects.create(organisation=organisation, calendar_id=values.calendar_id)
        elif stored.calendar_id != values.calendar_id:
            stored.calendar_id = values.calendar_id
            stored.save(update_fields=["calendar"])
        ContractTarget.objects.filter(contract=stored).delete()
        ContractTarget.objects.bulk_create(
            ContractTarget(contract=stored, severity=severity, **_columns(each)) for severity, each in cells.items()
        )
        _log_agreement(stored, before, values, by=by)
        return stored


def _columns(cells: TargetCells) -> dict[str, object]:
    columns: dict[str, object] = {"hours": cells.hours or ""}
    for name in ("first_response", "resolution", "grace"):
        cell = getattr(cells, name)
        columns |= {f"{name}_amount": cell.amount if cell else None, f"{name}_unit": cell.unit if cell else ""}
    return columns


def _log_agreement(row: SlaPolicy | Contract, before: Agreement | None, after: Agreement, *, by: User) -> None:
    names = {each.pk: each.name_en for each in Calendar.objects.only("name_en", "name_zh")}
    with translation.override("en"):
        changes = agreement_changes(before or Agreement(None), after, calendars=names, open_cell="–")
    if before is None:
        _log(row, by=by, flag=ADDITION, changes=changes)
    elif changes:
        _log(row, by=by, flag=CHANGE, changes=changes)


def _log(row: models.Model, *, by: User, flag: int, changes: Iterable[Change] = ()) -> None:
    """One line of the admin's history, in English: a record, not a page."""
    LogEntry.objects.create(
        user_id=by.pk,
        content_type_id=ContentType.objects.get_for_model(row).pk,
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=flag,
        change_message="; ".join(map(str, changes))[:LONGEST_LOG],
    )
