import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()
# Views are loaded before the first visitor comes, and once for all processes.
assert get_resolver().url_patterns
