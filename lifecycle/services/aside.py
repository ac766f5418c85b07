"""A table built beside the one in use and put in its place by renaming.

Writing a million rows anew and indexing them afterwards takes a fifth of the time of updating
them, and leaves no dead rows. Building and taking the place each happen in the caller's
transaction: a crash leaves the old table as it was, and what waits to be put in place is built anew
by who builds it again.
"""

from dataclasses import dataclass

from django.db import connection

# Indexes in an order of their own names; those of a primary key or unique constraint with it.
INDEXES = """
    SELECT i.relname, pg_get_indexdef(i.oid), x.indisunique,
        (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c
         WHERE c.conindid = i.oid AND c.conrelid = x.indrelid)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = %s::regclass ORDER BY i.relname
"""
GRANTS = """
    SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,
        g.privilege_type
    FROM pg_class t, aclexplode(t.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE t.oid = %s::regclass AND g.grantee <> t.relowner
"""


@dataclass(frozen=True)
class Aside:
    """The table-to-be of `table`, with everything but its rows as the present one has it."""

    table: str

    @property
    def next(self) -> str:
        return f"{self.table}_next"

    def is_built(self) -> bool:
        """Whether it waits to be put in place."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [self.next])
            return cursor.fetchone()[0]

    def create(self) -> None:
        """An empty table without indexes."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self.next}")
            cursor.execute(
                f"CREATE TABLE {self.next} (LIKE {self.table}"
                " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE"
                " INCLUDING COMMENTS)"
            )
            cursor.execute(GRANTS, [self.table])
            for grantee, privilege in cursor.fetchall():
                cursor.execute(f"GRANT {privilege} ON {self.next} TO {grantee}")

    def index(self) -> None:
        """The present table's indexes, under names to be changed, and fresh statistics."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
            for name, definition, is_unique, constraint in self._indexes(cursor):
                if constraint:
                    cursor.execute(
                        f'ALTER TABLE {self.next} ADD CONSTRAINT "{name}_next" {constraint}'
                    )
                    continue
                unique = "UNIQUE" if is_unique else ""
                rest = definition.partition(" USING ")[2]
                cursor.execute(f'CREATE {unique} INDEX "{name}_next" ON {self.next} USING {rest}')
            cursor.execute(f"ANALYZE {self.next}")

    def take_the_place(self) -> None:
        """Drop the present table and take its name and those of its indexes."""
        with connection.cursor() as cursor:
            names = [row[0] for row in self._indexes(cursor)]
            cursor.execute(f"DROP TABLE {self.table}")
            cursor.execute(f"ALTER TABLE {self.next} RENAME TO {self.table}")
            for name in names:
                # Renames the constraint of the same name with it.
                cursor.execute(f'ALTER INDEX "{name}_next" RENAME TO "{name}"')

    def _indexes(self, cursor) -> list[tuple]:
        cursor.execute(INDEXES, [self.table])
        return cursor.fetchall()
