from django.core.management.commands import migrate
from django.db import connections

from crm.platform import roles


class Command(migrate.Command):
    help = "Migrates as the owner of the tables, then grants the application's role its rights."

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        before = roles.sign_in_as_owner(connection)
        try:
            super().handle(*args, **options)
            roles.grant_application_role()
        finally:
            roles.sign_in(connection, before)
