"""Codes of the tickets floor. Codes are stored, labels are translated at display."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    OPEN = "open", pgettext_lazy("ticket status", "Open")
    IN_PROGRESS = "in_progress", pgettext_lazy("ticket status", "In progress")
    WAITING_CUSTOMER = "waiting_customer", pgettext_lazy("ticket status", "Waiting on customer")
    WAITING_INTERNAL = "waiting_internal", pgettext_lazy("ticket status", "Waiting internally")
    RESOLVED = "resolved", pgettext_lazy("ticket status", "Resolved")
    CLOSED = "closed", pgettext_lazy("ticket status", "Closed")


class MessageKind(TextChoices):
    PUBLIC = "public", _("Public reply")
    INTERNAL = "internal", _("Internal note")


class Frequency(TextChoices):
    ALWAYS = "always", _("Every time")
    OFTEN = "often", _("Often")
    SOMETIMES = "sometimes", _("Now and then")
    ONCE = "once", _("Once so far")


class Network(TextChoices):
    WIFI = "wifi", "Wi-Fi"
    CELLULAR_5G = "5g", "5G"
    CELLULAR_4G = "4g", "4G"
    ETHERNET = "ethernet", _("Ethernet")
    VPN = "vpn", _("VPN or proxy")
    MIXED = "mixed", _("Several")


class QuestionKind(TextChoices):
    """What type an answer has: how it is typed, judged and kept."""

    TEXT = "text", _("One line")
    LONG_TEXT = "long_text", _("Several lines")
    CHOICE = "choice", _("One of several answers")
    VERSION = "version", _("Version")
    USER_ID = "user_id", _("User id")
    TIME_RANGE = "time_range", _("From when to when, with time zone")
    NUMBER = "number", _("Number with unit")


class AnswerGroup(TextChoices):
    """The headings under which questions are asked and answers are shown, in this order."""

    PROBLEM = "problem", _("What happens")
    CALL = "call", _("The call")
    ENVIRONMENT = "environment", _("Environment")
    AGAIN = "again", _("How to see it again")


class TextPattern(TextChoices):
    """What a line of text looks like, for those who write questions and no patterns."""

    ANY = "any", _("Any text")
    ERROR_CODE = "error_code", _("Error codes")
    IDENTIFIER = "identifier", _("Letters and digits without spaces")


class KnownFact(TextChoices):
    """What each ticket has a column of its environment for."""

    PRODUCT = "product", _("SDK")
    SDK_VERSION = "sdk_version", _("SDK version")
    PLATFORM = "platform", _("Platform")
    OS_VERSION = "os_version", _("Operating system")
    DEVICE = "device", _("Device")
    NETWORK = "network", _("Network")
    CHANNEL = "channel", _("Channel or room")
    OCCURRED = "occurred_at", _("When it happened")
    FREQUENCY = "frequency", _("How often")
    STEPS = "steps", _("Steps that show it")


KIND_OF_FACT: dict[str, QuestionKind] = {
    KnownFact.PRODUCT: QuestionKind.CHOICE,
    KnownFact.SDK_VERSION: QuestionKind.VERSION,
    KnownFact.PLATFORM: QuestionKind.CHOICE,
    KnownFact.OS_VERSION: QuestionKind.TEXT,
    KnownFact.DEVICE: QuestionKind.TEXT,
    KnownFact.NETWORK: QuestionKind.CHOICE,
    KnownFact.CHANNEL: QuestionKind.TEXT,
    KnownFact.OCCURRED: QuestionKind.TIME_RANGE,
    KnownFact.FREQUENCY: QuestionKind.CHOICE,
    KnownFact.STEPS: QuestionKind.LONG_TEXT,
}


class EventKind(TextChoices):
    """What happened to a ticket: the past participle of the action's verb."""

    OPENED = "opened", pgettext_lazy("ticket event", "Filed")
    REPLIED = "replied", pgettext_lazy("ticket event", "Engineer answered")
    CUSTOMER_REPLIED = "customer_replied", pgettext_lazy("ticket event", "Customer wrote")
    NOTED = "noted", pgettext_lazy("ticket event", "Internal note added")
    ASSIGNED = "assigned", pgettext_lazy("ticket event", "Assigned")
    STARTED = "started", pgettext_lazy("ticket event", "Work started")
    SEVERITY_CHANGED = "severity_changed", pgettext_lazy("ticket event", "Severity changed")
    WAITED_ON_CUSTOMER = "waited_on_customer", pgettext_lazy("ticket event", "Waiting on customer")
    WAITED_INTERNALLY = "waited_internally", pgettext_lazy("ticket event", "Waiting internally")
    RESUMED = "resumed", pgettext_lazy("ticket event", "Resumed")
    RESOLVED = "resolved", pgettext_lazy("ticket event", "Resolved")
    REOPENED = "reopened", pgettext_lazy("ticket event", "Reopened")
    CLOSED = "closed", pgettext_lazy("ticket event", "Closed")
    ESCALATED = "escalated", pgettext_lazy("ticket event", "Escalated")
    MANAGER_PAGED = "manager_paged", pgettext_lazy("ticket event", "Escalation manager paged")
    AT_RISK = "at_risk", pgettext_lazy("ticket event", "Deadline at risk")
    BREACHED = "breached", pgettext_lazy("ticket event", "Deadline missed")
    MERGED = "merged", pgettext_lazy("ticket event", "Merged")
    HANDED_BACK = "handed_back", pgettext_lazy("ticket event", "Handed back")
    ESCALATION_REQUESTED = "escalation_requested", pgettext_lazy("ticket event", "Customer asked for an escalation")
    ESCALATION_ACKNOWLEDGED = "escalation_acknowledged", pgettext_lazy("ticket event", "Escalation acknowledged")
    ESCALATION_ACCEPTED = "escalation_accepted", pgettext_lazy("ticket event", "Escalation accepted")
    ESCALATION_ANSWERED = "escalation_answered", pgettext_lazy("ticket event", "Escalation answered")
    ESCALATION_CLOSED = "escalation_closed", pgettext_lazy("ticket event", "Escalation closed")
    COMMITTED = "committed", pgettext_lazy("ticket event", "Plan and time given")
    SLIPPED = "slipped", pgettext_lazy("ticket event", "Expected time missed")
    ESCALATION_OWNED = "escalation_owned", pgettext_lazy("ticket event", "Escalation given to somebody")
    UPDATE_PROMISED = "update_promised", pgettext_lazy("ticket event", "Next update promised")
    PROMISE_MISSED = "promise_missed", pgettext_lazy("ticket event", "Promise missed")
    FOLLOWED = "followed", pgettext_lazy("ticket event", "Followed by a colleague")
    FOLLOWER_ADDED = "follower_added", pgettext_lazy("ticket event", "Follower added")
    FOLLOWER_REMOVED = "follower_removed", pgettext_lazy("ticket event", "Follower removed")
    SHARED = "shared", pgettext_lazy("ticket event", "Shared with the organisation")
    UNSHARED = "unshared", pgettext_lazy("ticket event", "Not shared any more")
    FOLLOWED_UP = "followed_up", pgettext_lazy("ticket event", "Goes on in a new ticket")
    DATA_SAVED = "data_saved", pgettext_lazy("ticket event", "Call data saved")
    DATA_ERASED = "data_erased", pgettext_lazy("ticket event", "Call data erased")
    TRACKED = "tracked", pgettext_lazy("ticket event", "Tracker link added")
    DETAILS_ADDED = "details_added", pgettext_lazy("ticket event", "Details added")
    SECRETS_MASKED = "secrets_masked", pgettext_lazy("ticket event", "Secrets masked")
    QUESTION_CLOSED = "question_closed", pgettext_lazy("ticket event", "Question needs no answer")
    REMINDED = "reminded", pgettext_lazy("ticket event", "Customer reminded")
    CONTACTS_CHANGED = "contacts_changed", pgettext_lazy("ticket event", "Contacts changed")
    INVESTIGATED = "investigated", pgettext_lazy("ticket event", "Investigation noted")
    RATED = "rated", pgettext_lazy("ticket event", "Scored by the customer")
    RATING_FOLLOWED_UP = "rating_followed_up", pgettext_lazy("ticket event", "Low score talked over")
    CALL_PROPOSED = "call_proposed", pgettext_lazy("ticket event", "Call proposed")
    CALL_ACCEPTED = "call_accepted", pgettext_lazy("ticket event", "Call agreed")
    CALL_DECLINED = "call_declined", pgettext_lazy("ticket event", "Call declined")
    CALL_CANCELLED = "call_cancelled", pgettext_lazy("ticket event", "Call called off")
    CALL_HELD = "call_held", pgettext_lazy("ticket event", "Outcome of a call noted")
    CALL_OUTCOME_ASKED = "call_outcome_asked", pgettext_lazy("ticket event", "Outcome of a call asked for")


class CallState(TextChoices):
    """How far a screen-sharing call is. `over` is a call that was agreed, whose time is past and whose outcome nobody wrote."""

    PROPOSED = "proposed", pgettext_lazy("call", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("call", "Agreed")
    OVER = "over", pgettext_lazy("call", "Outcome missing")
    HELD = "held", pgettext_lazy("call", "Took place")
    MISSED = "missed", pgettext_lazy("call", "Did not take place")
    DECLINED = "declined", pgettext_lazy("call", "Declined")
    CANCELLED = "cancelled", pgettext_lazy("call", "Called off")
    REPLACED = "replaced", pgettext_lazy("call", "Replaced by another proposal")


class Reproduced(TextChoices):
    """Did our side see the problem happen itself?"""

    NOT_TRIED = "not_tried", pgettext_lazy("reproduced internally", "Not tried yet")
    YES = "yes", pgettext_lazy("reproduced internally", "Yes")
    NO = "no", pgettext_lazy("reproduced internally", "No")
    SOMETIMES = "sometimes", pgettext_lazy("reproduced internally", "Sometimes")


class InquiryState(TextChoices):
    """What became of a question to the customer."""

    OPEN = "open", pgettext_lazy("question to the customer", "Open")
    ANSWERED = "answered", pgettext_lazy("question to the customer", "Answered")
    WITHDRAWN = "withdrawn", pgettext_lazy("question to the customer", "Taken back")
    LAPSED = "lapsed", pgettext_lazy("question to the customer", "Not needed any more")


class Noted(TextChoices):
    """What of an investigation was noted, in the order in which it is read; the labels stand inside a sentence."""

    HYPOTHESIS = "hypothesis", pgettext_lazy("was noted", "a hypothesis")
    TRIED = "tried", pgettext_lazy("was noted", "what was tried")
    REPRODUCED = "reproduced", pgettext_lazy("was noted", "whether we can reproduce it")
    CONCLUSION = "conclusion", pgettext_lazy("was noted", "the conclusion")
    FIX = "fix", pgettext_lazy("was noted", "the fix")
    PREVENTION = "prevention", pgettext_lazy("was noted", "how to prevent it")


class SecretKind(TextChoices):
    """What is masked in what people write and send; the forms stand in `tickets.masking_rules`."""

    CERTIFICATE = "app_certificate", pgettext_lazy("secret", "App certificate")
    RTC_TOKEN = "rtc_token", pgettext_lazy("secret", "RTC token")
    JWT = "jwt", pgettext_lazy("secret", "JWT")
    TURN = "turn_credential", pgettext_lazy("secret", "TURN password")
    API_KEY = "api_key", pgettext_lazy("secret", "API key")
    PRIVATE_KEY = "private_key", pgettext_lazy("secret", "private key")


class SecretPlace(TextChoices):
    """Where a secret stood."""

    SUBJECT = "subject", pgettext_lazy("place of a secret", "sentence")
    MESSAGE = "message", pgettext_lazy("place of a secret", "message")
    ENVIRONMENT = "environment", pgettext_lazy("place of a secret", "environment")
    DETAILS = "details", pgettext_lazy("place of a secret", "details")
    REASON = "reason", pgettext_lazy("place of a secret", "reason")
    FINDINGS = "findings", pgettext_lazy("place of a secret", "cause and fix")
    ESCALATION = "escalation", pgettext_lazy("place of a secret", "escalation")
    RATING = "rating", pgettext_lazy("place of a secret", "score")
    CALL = "call", pgettext_lazy("place of a secret", "call")
    FILE = "file", pgettext_lazy("place of a secret", "file")
    QUESTIONS = "questions", pgettext_lazy("place of a secret", "questions")
    INVESTIGATION = "investigation", pgettext_lazy("place of a secret", "investigation")


class UploadState(TextChoices):
    RECEIVING = "receiving"
    KEEPING = "keeping"  # one worker puts the parts together
    KEPT = "kept"
    REFUSED = "refused"
    GONE = "gone"  # given up; its parts are being deleted


class LogSide(TextChoices):
    """Whose log a file is, of the two sides of a call."""

    OWN = "own", _("My side")
    OTHER = "other", _("The other side")
