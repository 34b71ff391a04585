"""Why an action was refused, in words a person can act on."""


class ActionRefused(Exception):
    """The change is not possible now. `message` is translated and meant for the person who tried."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
