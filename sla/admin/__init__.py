"""Calendars, policies and contracts for administrators."""

from sla.admin.agreements import ContractAdmin, SlaPolicyAdmin
from sla.admin.calendars import CalendarAdmin

__all__ = ["CalendarAdmin", "ContractAdmin", "SlaPolicyAdmin"]
