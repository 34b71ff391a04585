"""Telling administrators that something of escalation is amiss, or well again: a mail each, and a page where pages go out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.choices import Role
from accounts.models import User
from delivery.actions import owe_email, owe_webhook

Words = Callable[[], tuple[str, str]]
"""Headline and explanation in the language that is active."""


def tell_administrators(job: str, words: Words, *, is_over: bool, now: datetime) -> None:
    """Owe each administrator the words in their language. Call it in the transaction that noted the alarm."""
    url = settings.SITE_URL + reverse("escalation:health")
    for person in User.objects.active().filter(role=Role.ADMINISTRATOR):
        key = f"health:{job}:{now:%Y%m%d%H%M%S%f}:{person.pk}"
        with translation.override(person.language):
            subject, text = words()
            owe_email(
                key=key,
                address=person.email,
                subject=subject,
                body_text=f"{text}\n\n{url}\n",
                recipient=person,
                is_urgent=True,
                now=now,
            )
            if settings.PAGE_WEBHOOK_URL:
                payload = {
                    "type": "health.clear" if is_over else "health.alarm",
                    "at": now.isoformat(),
                    "summary": subject,
                    "person": {"name": person.name, "email": person.email, "phone": person.phone},
                    "url": url,
                }
                owe_webhook(
                    key=f"{key}:page",
                    endpoint="page",
                    payload=payload,
                    subject=subject,
                    recipient=person,
                    is_urgent=True,
                    now=now,
                )
