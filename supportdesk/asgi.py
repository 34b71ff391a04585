"""ASGI entry point: pages and live streams from one process."""

import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

# Static files and downloads are read by synchronous iterators, in a thread: that costs a hop, which is no news.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = get_asgi_application()
