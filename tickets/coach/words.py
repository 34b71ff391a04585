"""What the coach says: a fact's short name, and the question that asks for it. PURE but for the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.coach.aspects import OTHER, Aspect
from tickets.coach.judging import Assessment

_LABELS: dict[Aspect, str | Promise] = {
    Aspect.WHAT: pgettext_lazy("description", "What exactly"),
    Aspect.ITEM: pgettext_lazy("description", "Which bill or project"),
    Aspect.TRIED: pgettext_lazy("description", "What you have tried"),
    Aspect.CODE: pgettext_lazy("description", "Error code"),
    Aspect.SIDE: pgettext_lazy("description", "Who sees it"),
    Aspect.PLACE: pgettext_lazy("description", "Network or region"),
    Aspect.DEVICE: pgettext_lazy("description", "Device and system"),
    Aspect.MOMENT: pgettext_lazy("description", "When"),
    Aspect.FREQUENCY: pgettext_lazy("description", "How often"),
    Aspect.VERSION: pgettext_lazy("description", "SDK version"),
    Aspect.CALL: pgettext_lazy("description", "Which call"),
    Aspect.STEPS: pgettext_lazy("description", "Steps"),
    Aspect.FIGURE: pgettext_lazy("description", "A measured figure"),
    Aspect.LOG: pgettext_lazy("description", "SDK log"),
}
_QUESTIONS: dict[Aspect, str | Promise] = {
    Aspect.WHAT: _("What happens, and what should happen instead?"),
    Aspect.ITEM: _("Which project, which month or which line of the bill?"),
    Aspect.TRIED: _("What have you tried, or which page did you follow?"),
    Aspect.CODE: _("Which error code or reason, and from which callback? “No error” is an answer too."),
    Aspect.SIDE: _("Does everybody see it, or one side only? Who is fine?"),
    Aspect.PLACE: _("On which network (Wi-Fi, 4G, an office, a proxy), and in which country or city?"),
    Aspect.DEVICE: _("On which device and system, for example iPhone 14 Pro, iOS 17.4?"),
    Aspect.MOMENT: _("At what time did it happen, or at which moment of the call?"),
    Aspect.FREQUENCY: _("How often: every time, 3 of 10 calls, once so far?"),
    Aspect.VERSION: _("Which SDK version, and since which one? “First integration” is an answer too."),
    Aspect.CALL: _("In which channel, with which user ids?"),
    Aspect.STEPS: _("What does a person do until it happens, step by step?"),
    Aspect.FIGURE: _("What did you measure, and how?"),
    Aspect.LOG: _("Can you add the SDK’s log of such a call, of both sides if possible?"),
}
# Where a kind of problem has a better question than the general one.
_SPECIAL: dict[tuple[str, Aspect], str | Promise] = {
    ("join_failure", Aspect.CODE): _(
        "Which error code, from which callback? Does a temporary token from the console work?"
    ),
    ("join_failure", Aspect.SIDE): _("Can nobody join, or only some users?"),
    ("stutter_freeze", Aspect.SIDE): _("Do all viewers see it, or some? Is it the sound, the picture, or both?"),
    ("black_screen", Aspect.SIDE): _("Is the own preview black or the other side’s video? Everybody’s, or one user’s?"),
    ("no_audio", Aspect.SIDE): _("Who cannot hear whom? Does it work in the other direction?"),
    ("echo_noise", Aspect.SIDE): _("Who hears it, and is it gone when the other side wears a headset?"),
    ("echo_noise", Aspect.DEVICE): _("On which device, with loudspeaker, earpiece or headset?"),
    ("echo_noise", Aspect.LOG): _("Can you add a recording or an audio dump in which it is heard?"),
    ("latency", Aspect.FIGURE): _("How many milliseconds, and how did you measure them?"),
    ("crash_anr", Aspect.CODE): _("What is the top of the crash stack, or the exception’s name?"),
    ("crash_anr", Aspect.LOG): _("Can you add the crash log and the SDK’s log?"),
    ("reconnect_drop", Aspect.CODE): _("Which connection state and reason did the callback give?"),
    ("cpu_heat", Aspect.FIGURE): _("How high does CPU, memory or temperature go, with how many streams?"),
    ("cpu_heat", Aspect.MOMENT): _("After how many minutes, or from which moment on?"),
    ("screen_share", Aspect.STEPS): _("What is shared, a window or the whole screen, and how is it started?"),
    ("device_bluetooth", Aspect.DEVICE): _("Which headset, microphone or camera, on which device and system?"),
    ("recording_cdn", Aspect.CALL): _("What are the resource id and sid, or the task id?"),
    ("recording_cdn", Aspect.CODE): _("Which HTTP status and code did the request return?"),
    ("token_auth", Aspect.CODE): _("Which code does the SDK give: expired, invalid, or another one?"),
    ("token_auth", Aspect.SIDE): _("Is every user refused, or only some of them?"),
    ("integration_howto", Aspect.WHAT): _("What would you like to achieve, in one sentence?"),
    ("billing_console", Aspect.WHAT): _("What looks wrong, or what do you need?"),
    ("compliance_security", Aspect.WHAT): _("What must be allowed, proven or agreed?"),
    ("compliance_security", Aspect.PLACE): _("For which network or in which region?"),
}
# The fact that a category's own first question asks for, where it is one of these: beside it the coach need not ask again.
ASKED_FIRST: dict[str, Aspect] = {
    "join_failure": Aspect.CODE,
    "black_screen": Aspect.SIDE,
    "echo_noise": Aspect.SIDE,
    "stutter_freeze": Aspect.SIDE,
    "crash_anr": Aspect.CODE,
    "recording_cdn": Aspect.CODE,
    "reconnect_drop": Aspect.CODE,
    "screen_share": Aspect.STEPS,
    "billing_console": Aspect.ITEM,
    "integration_howto": Aspect.WHAT,
    "compliance_security": Aspect.PLACE,
    OTHER: Aspect.WHAT,
}


@dataclass(frozen=True, slots=True)
class Question:
    aspect: Aspect
    text: str | Promise


def label(aspect: Aspect) -> str | Promise:
    return _LABELS[aspect]


def questions(assessment: Assessment, category: str, *, says_first: bool = False) -> list[Question]:
    """The few questions worth asking now, in the words of this kind of problem.

    `says_first`: the category's own first question stands beside them; what it asks for is not asked twice.
    """
    left_out = ASKED_FIRST.get(category) if says_first else None
    return [
        Question(each, _SPECIAL.get((category, each), _QUESTIONS[each]))
        for each in assessment.asked
        if each != left_out
    ]
