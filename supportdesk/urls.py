"""All addresses of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import admin_entrance
from supportdesk import health

# One way in for everybody: the admin's own form knows neither the second factor nor the limit of attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("healthz", health.healthz, name="healthz"),
    path("", include("tickets.urls")),
    path("escalations/", include("escalation.urls")),
    path("help/", include("knowledgebase.urls")),
    path("evidence/", include("evidence.urls")),
    path("notices/", include("notifications.urls")),
    path("mail/", include("delivery.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/login/", admin_entrance),
    path("admin/logout/", RedirectView.as_view(pattern_name="account_logout")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", RedirectView.as_view(pattern_name="admin:tickets_ticket_changelist")),
    path("admin/", admin.site.urls),
]

handler400 = "supportdesk.errors.bad_request"
handler403 = "supportdesk.errors.permission_denied"
handler404 = "supportdesk.errors.not_found"
handler500 = "supportdesk.errors.server_error"
handler429 = "supportdesk.errors.too_many_requests"
