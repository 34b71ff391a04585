"""manage.py load_demo"""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supportdesk import demo


class Command(BaseCommand):
    help = "Adds the demonstration's data where it is missing. Refused unless DEMO is on."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Demo data has known passwords: set DEMO=on to load it, never on a real site.")
        demo.load(timezone.now())
