"""Two database roles: the owner migrates, the application's role works.

The application's role may read and write ordinary tables, only add to append-only ones, only read
those that triggers write, and owns the tables that the nightly run rebuilds. Where one role does
both, there is nothing to grant.
"""

from django.conf import settings
from django.db import connection

# Rows of these are never changed or deleted by the application.
APPEND_ONLY = ("accounts_auditentry", "complaints_caseevent")
# Triggers add rows to these, with the owner's rights; the application only reads them.
WRITTEN_BY_TRIGGERS = ("customers_change",)
# These are built aside and renamed each night, so they belong to the application.
REBUILT = ("customers_standing", "lifecycle_valuation")


def sign_in_as_owner(connection) -> dict:
    """Use the owner's role on a connection from now on; returns what `sign_in` takes to go back."""
    before = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    sign_in(connection, {key: settings.DATABASE_OWNER[key] for key in before})
    return before


def sign_in(connection, credentials: dict) -> None:
    """Use another role on a connection; it is opened anew where that is needed."""
    if any(connection.settings_dict[key] != value for key, value in credentials.items()):
        connection.close()
        connection.settings_dict.update(credentials)


def grant_application_role() -> None:
    """Give the application's role what it needs on all tables; safe to repeat."""
    owner = settings.DATABASE_OWNER["USER"]
    role = settings.DATABASE_APPLICATION_ROLE
    if role == owner:
        return
    with connection.cursor() as cursor:
        quoted = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {quoted}")
        cursor.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES, TRUNCATE"
            f" ON ALL TABLES IN SCHEMA public TO {quoted}"
        )
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
        existing = set(connection.introspection.table_names(cursor))
        for table in existing.intersection(APPEND_ONLY):
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
        for table in existing.intersection(WRITTEN_BY_TRIGGERS):
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
        for table in existing.intersection(REBUILT):
            cursor.execute(f"ALTER TABLE {table} OWNER TO {quoted}")
