"""Two tabs or two colleagues at the same instant over real connections: no part twice, no room given away twice."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import SupportPlan
from tests.cast import NOW, Cast
from tests.tickets.test_races import ROUNDS, at_once, people  # noqa: F401 the fixture
from tickets import actions
from tickets.actions import uploads as parts_of
from tickets.errors import ActionRefused, BeingKept, WrongOffset
from tickets.models import Attachment, Upload, UploadPart

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MiB = 1024 * 1024
PART = 1000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(parts_of, "PART_BYTES", PART)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


def begin(people: Cast, size: int, key: uuid.UUID | None = None, **more: Any) -> Upload:  # noqa: F811
    values: dict[str, Any] = {"by": people.alice, "name": "a.log", "draft_key": uuid.uuid4(), "now": NOW} | more
    return actions.begin_upload(key=key or uuid.uuid4(), size=size, **values)


def tried(work: Callable[[], Any]) -> Callable[[], Any]:
    """The errors that say who was first are results."""

    def run() -> Any:
        try:
            return work()
        except (WrongOffset, BeingKept) as error:
            return error

    return run


def test_two_colleagues_never_share_the_last_of_the_room(people: Cast) -> None:  # noqa: F811
    SupportPlan.objects.update(file_room_mb=1)
    for _ in range(ROUNDS):
        Upload.objects.all().delete()
        results = at_once(
            lambda: begin(people, 700_000), lambda: begin(people, 700_000, by=people.bob),
            lambda: begin(people, 700_000),
        )  # fmt: skip
        assert sum(isinstance(each, ActionRefused) for each in results) == 2
        assert Upload.objects.all().bytes_of(people.acme) == 700_000


def test_one_key_asked_for_at_once_is_one_upload(people: Cast) -> None:  # noqa: F811
    for _ in range(ROUNDS):
        key = uuid.uuid4()
        results = at_once(*[lambda key=key: begin(people, 10, key) for _ in range(3)])
        assert len({each.pk for each in results}) == 1
        of_staff = uuid.uuid4()  # nobody's room is locked for these
        results = at_once(*[lambda key=of_staff: begin(people, 10, key, by=people.erin) for _ in range(3)])
        assert len({each.pk for each in results}) == 1
        Upload.objects.all().delete()


def test_of_the_same_part_from_three_tabs_one_counts_and_one_file_comes_of_it(people: Cast) -> None:  # noqa: F811
    for _ in range(ROUNDS):
        upload = begin(people, 2 * PART)
        for offset in (0, PART):

            def send(offset: int = offset, pk: int = upload.pk) -> Upload:
                content = io.BytesIO(b"x" * PART)
                return actions.take_part(
                    upload=Upload.objects.get(pk=pk), offset=offset, length=PART, content=content, now=NOW
                )

            results = at_once(*[tried(send) for _ in range(3)])
            assert sum(isinstance(each, Upload) for each in results) == 1
        assert UploadPart.objects.filter(upload=upload).count() == 2

        def finish(pk: int = upload.pk) -> Attachment:
            return actions.finish_upload(
                upload=Upload.objects.select_related("owner").get(pk=pk), draft_key=uuid.uuid4(), now=NOW
            )

        results = at_once(*[tried(finish) for _ in range(3)])
        assert len({each.pk for each in results if isinstance(each, Attachment)}) == 1
        assert Attachment.objects.filter(size=2 * PART).count() == 1
        Attachment.objects.all().delete()


def test_giving_up_while_it_is_put_together_leaves_nothing_or_the_file(people: Cast, tmp_path: Any) -> None:  # noqa: F811
    for _ in range(ROUNDS):
        upload = begin(people, PART)
        actions.take_part(upload=upload, offset=0, length=PART, content=io.BytesIO(b"x" * PART), now=NOW)

        def finish(pk: int = upload.pk) -> Any:
            try:
                return actions.finish_upload(
                    upload=Upload.objects.select_related("owner").get(pk=pk), draft_key=uuid.uuid4(), now=NOW
                )
            except (OSError, Upload.DoesNotExist, BeingKept, WrongOffset) as error:
                return error

        at_once(
            finish,
            lambda pk=upload.pk: [
                actions.abandon_upload(upload=each, by=people.alice) for each in Upload.objects.filter(pk=pk)
            ],
        )
        stored = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(stored) == Attachment.objects.count()
        for attachment in Attachment.objects.all():
            actions.discard_unsent(attachment=attachment, by=people.alice)
