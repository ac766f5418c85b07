"""What becomes of everything that points to a customer when that one goes into another.

One rule for each relation to `Customer` on all floors; a test finds those without. Where the
database allows a thing once a customer, both may have it: then the row of the one that goes is
removed (and remembered), or retired where its words would be lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, Q, UniqueConstraint
from psycopg2 import sql

from customers.models import Customer


class How(Enum):
    """What happens to the rows of the customer that goes."""

    MOVES = auto()  # they are the kept one's from now on
    ONE = auto()  # one of both has a row: its fields are chosen, or the only one moves
    REMOVED = auto()  # they told of the one that goes alone, and come back with it
    DERIVED = auto()  # made from other rows, for the kept one anew
    OWN = auto()  # by code of its own, named at the rule
    STAYS = auto()  # left where it is, and read by the former id


@dataclass(frozen=True)
class Retire:
    """Of two rows that can't stand beside each other one steps back: columns, as SQL.

    It is the one of the customer that goes, or with `newest` the older of both by these columns.
    """

    columns: Mapping[str, str]
    newest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    how: How
    why: str = ""
    # By the name of the constraint; where none is named, the row that goes is removed.
    retire: Mapping[str, Retire] = field(default_factory=dict)


MOVES = Rule(How.MOVES)
HIDDEN = Retire({"removed_at": "now()"})  # as people remove records: it stays in the history


def _once(constraint: str, retire: Retire) -> Rule:
    return Rule(How.MOVES, retire={constraint: retire})


def _own(why: str) -> Rule:
    return Rule(How.OWN, why)


def _derived(why: str) -> Rule:
    return Rule(How.DERIVED, why)


def _removed(why: str) -> Rule:
    return Rule(How.REMOVED, why)


DROPPED = Retire({"state": "'dropped'", "closed_at": "now()"})
CLOSED = Retire({"is_current": "false", "closed_at": "now()"})
OLDER = Retire({"is_newest": "false"}, newest=("on", "id"))
GIVEN_UP = Retire({"state": "'no_danger'", "note": "%(merged_words)s", "closed_on": "%(today)s"})
TAKEN_BACK = Retire({"taken_back_at": "now()"})
JOINED = Retire({"closed_on": "%(today)s", "closed_as": "'merged'"})
NOT_NEEDED = Retire({"state": "'rejected'", "reason": "%(merged_words)s", "decided_at": "now()"})
ENDED = Retire({"ended_on": "%(today)s", "end_reason": "%(merged_words)s"})

OVERRIDE_ONCE = {
    kind: {
        f"{kind}override_one_proposed": Retire({"state": "'withdrawn'"}),
        f"{kind}override_one_approved": ENDED,
    }
    for kind in ("tier", "stage")
}

# By table and column. Those of one floor stand together.
RULES: dict[str, Rule] = {
    # -- customers
    "customers_customer.parent_id": MOVES,
    "customers_customer_tags.customer_id": MOVES,
    "customers_customeridentity.customer_id": MOVES,
    "customers_contact.customer_id": MOVES,
    "customers_interaction.customer_id": MOVES,
    "customers_attachment.customer_id": MOVES,
    "customers_task.customer_id": _once("task_one_open_a_reason", DROPPED),
    "customers_recurrence.customer_id": MOVES,
    "customers_caredue.customer_id": MOVES,
    "customers_transaction.customer_id": MOVES,
    "customers_touchedcustomer.customer_id": MOVES,
    "customers_promise.customer_id": MOVES,
    "customers_opportunity.customer_id": MOVES,
    "customers_benefit.customer_id": MOVES,
    "customers_idea.customer_id": MOVES,
    "customers_helprequest.customer_id": MOVES,
    "customers_creditrecord.customer_id": MOVES,
    "customers_yearfigure.customer_id": _once("year_figure_once_a_year", HIDDEN),
    "customers_competitorpresence.customer_id": _once("presence_once_a_competitor", HIDDEN),
    "customers_referral.customer_id": _once("referral_once_a_customer", HIDDEN),
    "customers_referral.referred_id": _once("referral_once_a_customer", HIDDEN),
    "customers_teammember.customer_id": _once("team_member_once", HIDDEN),
    "customers_membership.customer_id": _once("membership_once_a_club", HIDDEN),
    "customers_attendance.customer_id": MOVES,
    "customers_accountplan.customer_id": _once("plan_one_current", CLOSED),
    "customers_reviewreport.customer_id": MOVES,
    "customers_watch.customer_id": MOVES,
    "customers_notice.customer_id": MOVES,
    "customers_mailingrecipient.customer_id": MOVES,
    # Refused while one of them is open: who takes over was asked about another customer.
    "customers_handoveritem.customer_id": MOVES,
    "customers_massactionrow.customer_id": _removed("undoing mass work must not reach the kept"),
    "customers_merge.customer_id": MOVES,
    "customers_formernumber.customer_id": MOVES,
    "customers_duplicatepair.first_id": _own("pairs: a pair is in order, and of two"),
    "customers_duplicatepair.second_id": _own("pairs: a pair is in order, and of two"),
    "customers_organisation.customer_id": Rule(How.ONE),
    "customers_buyingprofile.customer_id": Rule(How.ONE),
    "customers_standing.customer_id": _removed("figures of the night; the kept one has its own"),
    "customers_dealingday.customer_id": _derived("sums of transactions"),
    "customers_dealingsummary.customer_id": _derived("sums of transactions"),
    "customers_dealingcategory.customer_id": _derived("sums of transactions"),
    "customers_customertokens.customer_id": _derived("words of names and contacts"),
    "customers_customerkeys.customer_id": _derived("keys of names and numbers"),
    "customers_change.customer_id": Rule(How.STAYS, "history is never written anew"),
    # -- lifecycle
    "lifecycle_assessment.customer_id": _once("assessment_one_newest", OLDER),
    "lifecycle_fitdecision.customer_id": MOVES,
    "lifecycle_nomination.customer_id": _once("nomination_one_open", ENDED),
    "lifecycle_rescue.customer_id": _once("rescue_one_open", GIVEN_UP),
    "lifecycle_lostmark.customer_id": _once("lost_mark_one_open", TAKEN_BACK),
    "lifecycle_loss.customer_id": _once("loss_one_open", JOINED),
    "lifecycle_tieroverride.customer_id": Rule(How.MOVES, retire=OVERRIDE_ONCE["tier"]),
    "lifecycle_stageoverride.customer_id": Rule(How.MOVES, retire=OVERRIDE_ONCE["stage"]),
    "lifecycle_signal.customer_id": MOVES,
    "lifecycle_standingmonth.customer_id": _removed("figures of the night, which looks back on"),
    "lifecycle_missedleaver.customer_id": _removed("figures of the night, which looks back on"),
    "lifecycle_tierchange.customer_id": _removed("figures of the night, which looks back on"),
    "lifecycle_stagechange.customer_id": _removed("figures of the night, which looks back on"),
    "lifecycle_stagewait.customer_id": _removed("figures of the night, which looks back on"),
    "lifecycle_valuation.customer_id": _removed("figures of the night; the kept one has its own"),
    # -- complaints
    "complaints_case.customer_id": MOVES,
    "complaints_improvementproposal.customer_id": _once("proposal_one_live", NOT_NEEDED),
    # -- satisfaction
    "satisfaction_invitation.customer_id": MOVES,
    "satisfaction_response.customer_id": MOVES,
    "satisfaction_skip.customer_id": MOVES,
    "satisfaction_silentaccount.customer_id": _removed("looked up anew each hour"),
    "satisfaction_feedback.customer_id": MOVES,
    "satisfaction_loop.customer_id": MOVES,
}


@dataclass(frozen=True)
class Relation:
    """A foreign key to the customer, in a table of any floor."""

    model: type[Model]
    field: Field

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        return self.field.column

    @property
    def key(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def rule(self) -> Rule:
        return RULES[self.key]

    @property
    def is_key_of_the_row(self) -> bool:
        return self.field.primary_key

    def uniques(self) -> Iterator["Unique"]:
        """What the database allows once, in words of which this column is one."""
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and self.field.name in constraint.fields:
                others = [name for name in constraint.fields if name != self.field.name]
                has_condition = bool(constraint.condition or Q())
                equal = " IS NOT DISTINCT FROM " if constraint.nulls_distinct is False else " = "
                yield Unique(constraint.name, self._columns(others), has_condition, equal)
        for together in self.model._meta.unique_together:
            if self.field.name in together:
                others = [name for name in together if name != self.field.name]
                yield Unique("", self._columns(others), False, " = ")

    def _columns(self, names: list[str]) -> list[str]:
        return [self.model._meta.get_field(name).column for name in names]


@dataclass(frozen=True)
class Unique:
    """A unique constraint: its other columns, and whether it holds of some rows only."""

    name: str
    columns: list[str]
    has_condition: bool
    equal: str

    def condition(self, cursor) -> sql.SQL:
        """Of which rows it holds, as the database keeps it."""
        if not self.has_condition:
            return sql.SQL("true")
        cursor.execute(
            "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = %s::regclass",
            [self.name],
        )
        return sql.SQL(cursor.fetchone()[0].replace("%", "%%"))

    def same(self, one: str, other: str) -> sql.Composable:
        """That two rows collide, but for whose they are."""
        pairs = [
            sql.SQL("{}{}{}").format(
                sql.Identifier(one, column), sql.SQL(self.equal), sql.Identifier(other, column)
            )
            for column in self.columns
        ]
        return sql.SQL(" AND ").join(pairs) if pairs else sql.SQL("true")


def relations() -> list[Relation]:
    """All foreign keys to the customer, of all floors, tables between included."""
    return [
        Relation(model, each)
        for model in apps.get_models(include_auto_created=True)
        for each in model._meta.local_fields
        if isinstance(each, ForeignKey) and each.related_model is Customer
    ]


def relations_that(how: How) -> list[Relation]:
    return [relation for relation in relations() if relation.rule.how is how]
