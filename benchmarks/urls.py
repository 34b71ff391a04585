"""The site's addresses and a view that does nothing, as the yardstick of the same run."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("hello/", hello), path("", include("supportdesk.urls"))]
