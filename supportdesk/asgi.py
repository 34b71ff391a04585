"""ASGI entry point: pages and live streams from one process."""

import io
import os
from typing import IO, Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
django.setup(set_prefix=False)

from supportdesk.errors import BodyTooLarge, server_error  # noqa: E402 the site must be set up first
from supportdesk.middleware import SecurityHeadersMiddleware  # noqa: E402


class NotTakenIn(io.BytesIO):
    """Stands for a body that could not be put down."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error


class Application(ASGIHandler):
    """Django's own; where a body on its way in is too large, or the disk has no room for it, the answer is a page of ours.

    Nobody is signed in yet while a body arrives: without a limit a stranger could fill the disk.
    """

    async def read_body(self, receive: Any) -> IO[bytes]:
        is_more, size = True, 0

        async def received() -> Any:
            nonlocal is_more, size
            message = await receive()
            is_more = message.get("more_body", False)
            size += len(message.get("body", b""))
            return message

        async def limited() -> Any:
            message = await received()
            if size > settings.REQUEST_MAX_BYTES:
                raise BodyTooLarge
            return message

        try:
            return await super().read_body(limited)
        except OSError as error:
            refusal = error.with_traceback(None)  # which holds on to what was put down so far
        while is_more:  # a browser reads no answer before it has sent all
            await received()
        return NotTakenIn(refusal)

    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        request, refusal = super().create_request(scope, body_file)
        if request is None or not isinstance(body_file, NotTakenIn):
            return request, refusal
        try:
            raise body_file.error
        except OSError:
            return None, SecurityHeadersMiddleware(server_error)(request)


application = Application()
