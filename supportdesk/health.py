"""Three questions a supervisor asks: does the process answer, may it be given requests, and does escalation work. None
needs a sign-in."""

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from escalation.health import watch


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nothing else, so that a slow database restarts nobody."""
    return _plain("alive", status=200)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has every migration of this code; else 503 and the reason."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrations.are_applied():
            return _plain("migrations are missing", status=503)
    except DatabaseError:
        return _plain("the database does not answer", status=503)
    return _plain("ready", status=200)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while sweeps finish in time; else 503 and what is amiss. Asking it also alarms the administrators, once."""
    try:
        seen = watch(timezone.now())
    except DatabaseError:
        return _plain("the database does not answer", status=503)
    if seen.is_silent:
        return _plain("no sweep has finished for two minutes", status=503)
    if seen.is_late:
        return _plain(f"the sweep is {int(seen.lag.total_seconds())} s late", status=503)
    return _plain("well", status=200)


class _Migrations:
    """Remembers a yes: the code of a running process does not change, and the look reads every migration file."""

    is_known = False

    def are_applied(self) -> bool:
        if not self.is_known:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            self.is_known = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.is_known


_migrations = _Migrations()


def _plain(text: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
