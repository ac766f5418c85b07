import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from customers.services.tokens import sounds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()
# Views are loaded before the first visitor comes, and once for all processes; and so is what they
# load late, the dictionary of Chinese sounds.
assert get_resolver().url_patterns
assert sounds("常青")
