"""The database of the tests. It is migrated once; each process of tests works on its own copy."""

from django.conf import settings
from django.db import connection

from crm.platform import roles
from crm.tests import anew


def make(config) -> None:
    """Makes it, or takes the one that was kept, and remembers it as it is before the first test."""
    application = roles.sign_in_as_owner(connection)
    keep = config.getvalue("reuse_db") and not config.getvalue("create_db")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    anew.remember()
    roles.sign_in(connection, application)
    connection.close()


def copy(process: str) -> None:
    """Makes the copy of a process of xdist, in no time."""
    application = roles.sign_in_as_owner(connection)
    _use(connection.creation._get_test_db_name())
    connection.creation.clone_test_db(process, verbosity=0, autoclobber=True)
    _use(connection.creation.get_test_db_clone_settings(process)["NAME"])
    roles.sign_in(connection, application)


def drop(config) -> None:
    """Drops what this process made; where that failed, a database that is no test's is left."""
    name, test = connection.settings_dict["NAME"], connection.creation._get_test_db_name()
    if name.startswith(test) and not (name == test and config.getvalue("reuse_db")):
        roles.sign_in_as_owner(connection)
        connection.creation.destroy_test_db(verbosity=0)


def _use(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
