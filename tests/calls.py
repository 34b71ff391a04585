"""Screen-sharing calls for tests."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from tests.cast import NOW, Cast
from tickets import actions
from tickets.models import Call, Ticket

DAY = timedelta(days=1)


def propose(ticket: Ticket, by: User, *, now: datetime = NOW, **fields: Any) -> Call:
    values: dict[str, Any] = {
        "topic": "Look at the freeze together", "minutes": 30, "times": [now + DAY, now + 2 * DAY],
        "submission_key": uuid.uuid4(),
    }  # fmt: skip
    return actions.propose_call(ticket=ticket, by=by, now=now, **(values | fields))


def agree_on_call(cast: Cast, ticket: Ticket, *, now: datetime = NOW) -> Call:
    """Erin proposed, Alice took the first time, a day later."""
    call = propose(ticket, cast.erin, now=now)
    return actions.accept_call(call=call, by=cast.alice, at=now + DAY, now=now)
