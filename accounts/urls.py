"""Addresses of this floor."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts import views

app_name = "people"
_to_profile = RedirectView.as_view(pattern_name="people:profile")

urlpatterns = [
    path("language/", views.language, name="language"),
    path("profile/", views.profile, name="profile"),
    path("sessions/", views.signed_in, name="sessions"),
    path("members/", views.members, name="members"),
    path("members/<int:organisation>/", views.members, name="members_of"),
    path("members/<int:organisation>/welcomed/", views.welcomed, name="welcomed"),
    path("members/<int:organisation>/<int:membership>/role/", views.member_role, name="member_role"),
    path("members/<int:organisation>/<int:membership>/remove/", views.member_removal, name="member_removal"),
    path("members/<int:organisation>/invitations/<int:invitation>/revoke/", views.revocation, name="revocation"),
    path("members/<int:organisation>/invitations/<int:invitation>/resend/", views.resending, name="resending"),
    path("invitations/<str:token>/", views.accept, name="accept"),
    # The sign-in library's pages for addresses of one's own choosing: here an address comes from an invitation.
    path("email/", _to_profile),
    re_path("^confirm-email/", _to_profile),
]
