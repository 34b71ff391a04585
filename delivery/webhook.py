"""A signed POST, in the form of the Standard Webhooks specification (https://www.standardwebhooks.com).

The receiver checks `Webhook-Signature` over "id.timestamp.body" and drops an id that it has seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time

import httpx
from django.conf import settings

from delivery.errors import Refused, Unavailable
from delivery.models import OutboundMessage

TIMEOUT = 10.0  # seconds for the whole exchange
MAX_ANSWER = 64 * 1024  # bytes; what an endpoint answers beyond that is not read
_FOR_NOW = frozenset({408, 425, 429})


def post(message: OutboundMessage) -> None:
    """POST the row's payload to its endpoint. A redirect is a refusal: a signed body goes where the settings say, only.

    Raises Refused or Unavailable.
    """
    url, secret = _endpoint(message.address)
    body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = signed_headers(message.idempotency_key, body, secret=secret, timestamp=int(time.time()))
    try:
        status = _exchange(url, body, headers)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise Refused(f"not a URL to post to: {error}") from error
    except httpx.HTTPError as error:
        raise Unavailable(f"{type(error).__name__}: {error}", is_whole_channel=True) from error
    if status in _FOR_NOW or status >= 500:
        raise Unavailable(f"the endpoint answered {status}")
    if status >= 300:
        raise Refused(f"the endpoint answered {status}")


def signed_headers(key: str, body: bytes, *, secret: str, timestamp: int) -> dict[str, str]:
    """`timestamp` in seconds since 1970. A secret that begins with `whsec_` is base64, any other is taken as it is."""
    signed = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(_key_bytes(secret), signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Supportdesk-Webhook/1",
        "Idempotency-Key": key,
        "Webhook-Id": key,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _exchange(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The answer's status. Reads a bounded part of the answer, and for no longer than TIMEOUT in all."""
    ends_at = time.monotonic() + TIMEOUT
    # trust_env=False: a proxy or .netrc of the machine must not see or alter what is signed.
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        read = 0
        for chunk in answer.iter_raw(8192):
            read += len(chunk)
            if read > MAX_ANSWER or time.monotonic() > ends_at:
                break
        return answer.status_code


def _endpoint(name: str) -> tuple[str, str]:
    """URL and secret of an endpoint. Raises Refused for one that the settings do not name any more."""
    url = settings.PAGE_WEBHOOK_URL if name == "page" else ""
    if not url:
        raise Refused(f"no endpoint “{name}” is configured")
    return url, settings.PAGE_WEBHOOK_SECRET


def _key_bytes(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise Refused("the webhook secret is not valid base64") from error
    return secret.encode()
