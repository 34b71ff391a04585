"""The engineers' desk inside the admin: the queue, the ticket's page and its acts. Every write calls one action."""

from tickets.admin.categories import CategoryAdmin
from tickets.admin.questions import LogGuideAdmin, QuestionAdmin
from tickets.admin.reminders import ReminderStepAdmin
from tickets.admin.rooms import CallRoomAdmin
from tickets.admin.site import TicketAdmin
from tickets.admin.sources import DataSourceAdmin

__all__ = [
    "CallRoomAdmin",
    "CategoryAdmin",
    "DataSourceAdmin",
    "LogGuideAdmin",
    "QuestionAdmin",
    "ReminderStepAdmin",
    "TicketAdmin",
]
