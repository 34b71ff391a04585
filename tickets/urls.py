"""Addresses of the customers' pages."""

from django.urls import path

from tickets.views import (
    advice,
    conversation,
    detail,
    details,
    drafts,
    files,
    filing,
    home,
    inquiries,
    listing,
    live,
    questions,
    rating,
    receipt,
    resumable,
    similar,
)

app_name = "tickets"
urlpatterns = [
    path("", home.home, name="home"),
    path("tickets/", listing.ticket_list, name="list"),
    path("tickets/export/", listing.ticket_export, name="export"),
    path("tickets/new/", filing.new_ticket, name="new"),
    path("tickets/new/advice/", advice.advice, name="advice"),
    path("tickets/new/similar/", similar.similar, name="similar"),
    path("tickets/drafts/<uuid:key>/", drafts.keep, name="keep_draft"),
    path("tickets/drafts/<uuid:key>/discard/", drafts.discard, name="discard_draft"),
    path("tickets/new/questions/", questions.questions, name="questions"),
    path("tickets/<int:pk>/", detail.detail, name="detail"),
    path("tickets/<int:pk>/details/", details.details, name="details"),
    path("tickets/<int:pk>/parts/", detail.parts, name="parts"),
    path("tickets/<int:pk>/receipt/", receipt.receipt, name="receipt"),
    path("tickets/<int:pk>/live/", live.stream, name="live"),
    path("tickets/<int:pk>/replies/", conversation.reply, name="reply"),
    path("tickets/<int:pk>/drafts/<uuid:key>/", drafts.keep_letter, name="keep_letter"),
    path("tickets/<int:pk>/answers/", inquiries.answers, name="answers"),
    path("tickets/<int:pk>/severity/", conversation.raise_severity, name="raise_severity"),
    path("tickets/<int:pk>/solved/", conversation.solved, name="solved"),
    path("tickets/<int:pk>/rating/", rating.rate, name="rate"),
    path("scores/<str:token>/", rating.rate_by_link, name="rate_by_link"),
    path("tickets/<int:pk>/reopenings/", conversation.reopen, name="reopen"),
    path("tickets/<int:pk>/follow-ups/", conversation.follow_up, name="follow_up"),
    path("files/uploads/", resumable.begin, name="uploads"),
    path("files/uploads/<uuid:key>/", resumable.upload, name="upload"),
    path("files/<uuid:key>/", files.download, name="file"),
    path("files/<uuid:key>/preview/", files.preview, name="file_preview"),
]
