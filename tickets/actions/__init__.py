"""Every write to a ticket begins here: one verb each, keyword-only, one transaction, the event row in it.

Each action locks the ticket's row, asks `tickets.lifecycle` whether the change may happen and raises `ActionRefused`
with words for the person if not. `now` is an aware instant.
"""

from tickets.actions.answering import GivenReply, answer_questions, close_question
from tickets.actions.calls import (
    accept_call,
    ask_for_outcomes,
    cancel_call,
    decline_call,
    note_outcome,
    propose_call,
)
from tickets.actions.canary import clear_canary, open_canary
from tickets.actions.contacts import add_contact, remove_contact
from tickets.actions.conversation import customer_reply, note, reply, reply_and_wait
from tickets.actions.details import GivenAnswer, add_details
from tickets.actions.drafts import MOST_DRAFTS, discard_draft, keep_draft, sweep_drafts
from tickets.actions.environment import EnvironmentFacts
from tickets.actions.files import discard_unsent, say_whose_logs, store_file, sweep_unsent
from tickets.actions.findable import rebuild_search
from tickets.actions.follow_ups import follow_up
from tickets.actions.following import follow_ticket
from tickets.actions.handling import assign, change_severity, resume, start, take, wait_internally, wait_on_customer
from tickets.actions.intake import open_ticket
from tickets.actions.investigating import Findings, investigate
from tickets.actions.judging import judge_unjudged
from tickets.actions.lost_files import look_for_lost_files, note_bytes
from tickets.actions.merging import close, merge
from tickets.actions.people import add_follower, decides_who_reads, manages_people, remove_follower, share
from tickets.actions.ratings import Score, follow_up_rating, rate
from tickets.actions.reading import mark_seen
from tickets.actions.reminders import edited_reminders, remind_customers
from tickets.actions.resolving import confirm_solved, reopen, resolve, stay_resolved
from tickets.actions.sweeping import (
    Look,
    Seen,
    lock_for_a_look,
    look_at_overdue,
    look_now,
    move_tier,
    put_off,
    recheck_after_calendar_edits,
    store_events,
    store_looks,
)
from tickets.actions.telemetry import edited_source, save_call_data, watch_call_data
from tickets.actions.telling import claim_events
from tickets.actions.uploads import abandon_upload, begin_upload, finish_upload, refusal_words, sweep_uploads, take_part
from tickets.actions.writing import note_writing, sweep_writing

__all__ = [
    "MOST_DRAFTS",
    "EnvironmentFacts",
    "Findings",
    "GivenAnswer",
    "GivenReply",
    "Look",
    "Score",
    "Seen",
    "abandon_upload",
    "accept_call",
    "add_contact",
    "add_details",
    "add_follower",
    "answer_questions",
    "ask_for_outcomes",
    "assign",
    "begin_upload",
    "cancel_call",
    "change_severity",
    "claim_events",
    "clear_canary",
    "close",
    "close_question",
    "confirm_solved",
    "customer_reply",
    "decides_who_reads",
    "decline_call",
    "discard_draft",
    "discard_unsent",
    "edited_reminders",
    "edited_source",
    "finish_upload",
    "follow_ticket",
    "follow_up",
    "follow_up_rating",
    "investigate",
    "judge_unjudged",
    "keep_draft",
    "lock_for_a_look",
    "look_at_overdue",
    "look_for_lost_files",
    "look_now",
    "manages_people",
    "mark_seen",
    "merge",
    "move_tier",
    "note",
    "note_bytes",
    "note_outcome",
    "note_writing",
    "open_canary",
    "open_ticket",
    "propose_call",
    "put_off",
    "rate",
    "rebuild_search",
    "recheck_after_calendar_edits",
    "refusal_words",
    "remind_customers",
    "remove_contact",
    "remove_follower",
    "reopen",
    "reply",
    "reply_and_wait",
    "resolve",
    "resume",
    "save_call_data",
    "say_whose_logs",
    "share",
    "start",
    "stay_resolved",
    "store_events",
    "store_file",
    "store_looks",
    "sweep_drafts",
    "sweep_unsent",
    "sweep_uploads",
    "sweep_writing",
    "take",
    "take_part",
    "wait_internally",
    "wait_on_customer",
    "watch_call_data",
]
