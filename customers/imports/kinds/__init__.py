"""The kinds of import: one module each, with its fields, its plan and its writing.

Which ones there are stands in settings.IMPORT_KINDS, as dotted paths: a kind may live on a higher
floor, and is loaded when the first import asks for it.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from django.conf import settings
from django.utils.module_loading import import_string

from customers.imports.fields import Kind


class _Kinds(Mapping[str, Kind]):
    """Name -> kind, in the order of the settings."""

    @cached_property
    def _all(self) -> dict[str, Kind]:
        kinds = [import_string(path)() for path in settings.IMPORT_KINDS]
        return {kind.name: kind for kind in kinds}

    def __getitem__(self, name: str) -> Kind:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


KINDS: Mapping[str, Kind] = _Kinds()
