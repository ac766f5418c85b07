"""How words are looked for."""

from django.db.models.lookups import IContains


class Says(IContains):
    """Has these words in it, whatever their case: `Says(F("comment"), words)`.

    By ILIKE, which finds them by an index of trigrams on the column itself. Django's own way
    compares upper case, of which the database knows neither an index nor how frequent words are.
    """

    def as_sql(self, compiler, connection):
        left, params = compiler.compile(self.lhs)
        right, words = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", [*params, *words]
