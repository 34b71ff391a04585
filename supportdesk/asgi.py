"""ASGI entry point: pages and live streams from one process."""

import io
import os
from typing import IO, Any

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
django.setup(set_prefix=False)

from supportdesk.errors import server_error  # noqa: E402 the site must be set up first
from supportdesk.middleware import SecurityHeadersMiddleware  # noqa: E402


class NotTakenIn(io.BytesIO):
    """Stands for a body that could not be put down."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error


class Application(ASGIHandler):
    """Django's own; where the disk has no room for a body on its way in, the answer is a page of ours."""

    async def read_body(self, receive: Any) -> IO[bytes]:
        is_more = True

        async def received() -> Any:
            nonlocal is_more
            message = await receive()
            is_more = message.get("more_body", False)
            return message

        try:
            return await super().read_body(received)
        except OSError as error:
            while is_more:  # a browser reads no answer before it has sent all
                await received()
            return NotTakenIn(error)

    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        request, refusal = super().create_request(scope, body_file)
        if request is None or not isinstance(body_file, NotTakenIn):
            return request, refusal
        try:
            raise body_file.error
        except OSError:
            return None, SecurityHeadersMiddleware(server_error)(request)


application = Application()
