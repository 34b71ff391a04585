"""Tickets and all that hangs on one."""

from tickets.models.calls import Call, CallRoom, CallTime
from tickets.models.clocks import Clock, ClockSegment
from tickets.models.contacts import TicketContact
from tickets.models.conversation import Attachment, Message
from tickets.models.drafts import Draft
from tickets.models.inquiries import Inquiry
from tickets.models.intake import Answer, CategoryQuestion, LogGuide, Question, QuestionChoice
from tickets.models.investigation import Attempt, Investigation
from tickets.models.masked import MaskedSecret
from tickets.models.ratings import Rating
from tickets.models.reminders import CustomerWait, ReminderStep
from tickets.models.telemetry import DataSource
from tickets.models.ticket import Category, Environment, Follower, Resolution, Ticket, TicketVisit
from tickets.models.timeline import TicketEvent
from tickets.models.uploads import Upload, UploadPart
from tickets.models.writing import Writing

__all__ = [
    "Answer",
    "Attachment",
    "Attempt",
    "Call",
    "CallRoom",
    "CallTime",
    "Category",
    "CategoryQuestion",
    "Clock",
    "ClockSegment",
    "CustomerWait",
    "DataSource",
    "Draft",
    "Environment",
    "Follower",
    "Inquiry",
    "Investigation",
    "LogGuide",
    "MaskedSecret",
    "Message",
    "Question",
    "QuestionChoice",
    "Rating",
    "ReminderStep",
    "Resolution",
    "Ticket",
    "TicketContact",
    "TicketEvent",
    "TicketVisit",
    "Upload",
    "UploadPart",
    "Writing",
]
