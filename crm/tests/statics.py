"""Static files under test: named as they lie in the sources, and refused as in production.

There the manifest knows what was collected, and a page that names anything else fails. Collecting
takes long; so every page of every test asks the sources instead.
"""

from functools import cache
from urllib.parse import unquote, urldefrag, urlsplit

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@cache
def is_there(path: str) -> bool:
    return finders.find(path) is not None


class FoundStorage(StaticFilesStorage):
    """As the manifest's, without the hashes in names."""

    def url(self, name: str) -> str:
        return address(name, self.base_url)


@cache
def address(name: str, base_url: str) -> str:
    """Each page asks for some forty of them, the same again and again."""
    path = urlsplit(urldefrag(unquote(name))[0]).path
    if not path.endswith("/") and not is_there(path):
        raise ValueError(f"Missing staticfiles manifest entry for '{path}'")
    return StaticFilesStorage(base_url=base_url).url(name)
