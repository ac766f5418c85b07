"""What several tests of a module share."""

import pytest

from crm.tests.kept import kept


@pytest.fixture(scope="module")
def kept_rows(django_db_setup, django_db_blocker, tmp_path_factory):
    """Rows and files made here stay for all tests of a module; what a test does is undone."""
    with kept(django_db_blocker, tmp_path_factory):
        yield


@pytest.fixture(scope="module")
def world(kept_rows):
    """One of each thing, made once for the tests of a module."""
    from crm.tests.world import make_world

    return make_world()
