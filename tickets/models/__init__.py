"""Tickets and all that hangs on one."""

from tickets.models.clocks import Clock, ClockSegment
from tickets.models.conversation import Attachment, Message
from tickets.models.drafts import Draft
from tickets.models.masked import MaskedSecret
from tickets.models.ticket import Category, Environment, Follower, Resolution, Ticket, TicketVisit
from tickets.models.timeline import TicketEvent
from tickets.models.uploads import Upload, UploadPart

__all__ = [
    "Attachment",
    "Category",
    "Clock",
    "ClockSegment",
    "Draft",
    "Environment",
    "Follower",
    "MaskedSecret",
    "Message",
    "Resolution",
    "Ticket",
    "TicketEvent",
    "TicketVisit",
    "Upload",
    "UploadPart",
]
