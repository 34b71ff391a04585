"""The two ways in which a message does not go out."""


class Refused(Exception):
    """It will never go out as it is: a bad address, a header that cannot be sent, a permanent answer of the other side."""


class Unavailable(Exception):
    """It may go out later. `is_whole_channel` says that the other side cannot be reached at all, for any message."""

    def __init__(self, reason: str, *, is_whole_channel: bool = False) -> None:
        super().__init__(reason)
        self.is_whole_channel = is_whole_channel
