"""What a person may choose from when reporting a problem: their organisations, apps, and the lists everybody gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import App, Organisation, SdkProduct, User
from tickets.models import Category, Environment


@dataclass(frozen=True)
class FilingPlace:
    """What one person may choose from. Made by the view, which asks only for what the person sees."""

    user: User
    organisations: Sequence[Organisation]
    apps: Sequence[App]
    categories: Sequence[Category]
    products: Sequence[SdkProduct]

    @classmethod
    def of(cls, user: User, organisations: QuerySet[Organisation]) -> FilingPlace:
        """Everything the form needs, in 4 queries."""
        apps = App.objects.visible_to(user).filter(organisation__in=organisations).select_related("product")
        return cls(
            user, list(organisations), list(apps), list(Category.objects.offered()), list(SdkProduct.objects.all())
        )

    def organisation(self, pk: int) -> Organisation:
        return next(each for each in self.organisations if each.pk == pk)

    def app_choices(self) -> list[Any]:
        """The apps, below their organisation where there are several; each organisation can be chosen without an app."""
        groups = [(each.name, self._choices_of(each)) for each in self.organisations]
        return groups[0][1] if len(groups) == 1 else groups

    def _choices_of(self, organisation: Organisation) -> list[tuple[str, str]]:
        apps = [(str(app.pk), f"{app} · {app.app_id}") for app in self.apps if app.organisation_id == organisation.pk]
        none = _("Another app, or none in particular") if apps else organisation.name
        return [*apps, (f"organisation-{organisation.pk}", none)]


def prefill(app: App) -> dict[str, str]:
    """What is known of the environment from the app."""
    return {"product": str(app.product_id), "sdk_version": app.sdk_version, "platform": app.platform}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the person's last ticket said of device and network, to be filled in by a click."""

    words: str
    values: Sequence[tuple[str, str]]


def offer_for(user: User, app: App | None) -> Offer | None:
    """The offer from their last ticket, of the same app where one is chosen (1 query). None where it told nothing."""
    told = Environment.objects.filter(ticket__requester=user)
    if app is not None:
        told = told.filter(ticket__app=app)
    last = told.order_by("-ticket").first()
    if last is None:
        return None
    shown = {"device": last.device, "os_version": last.os_version, "network": last.get_network_display()}
    values = [(name, getattr(last, name)) for name, text in shown.items() if text]
    return Offer(" · ".join(text for text in shown.values() if text), values) if values else None


def app_of(place: FilingPlace, choice: str) -> App | None:
    return next((app for app in place.apps if str(app.pk) == choice), None)


def organisation_of(place: FilingPlace, choice: str) -> Organisation:
    """The organisation that a choice of app implies; the first one for no choice or a stranger's."""
    app = app_of(place, choice)
    if app:
        return place.organisation(app.organisation_id)
    codes = {f"organisation-{each.pk}": each for each in place.organisations}
    return codes.get(choice, place.organisations[0])
