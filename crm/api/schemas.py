"""What goes in and comes out: the OpenAPI document and the checks are made of these."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from complaints.models.choices import Channel, ClockKind, Kind, Remedy, Severity
from complaints.states import State
from crm.platform.amounts import MOST
from customers.models import Customer
from customers.models.standing import SignalKind, Stage, Tier, ValueBand

MOST_ROWS = 1_000
MOST_ID = 2**63 - 1
MOST_TEXT = 2_000

# No database keeps a zero byte, and a lone half of a pair of surrogates is no text at all.
WITHOUT_NUL = r"^[^\x00]*$"
Text = Annotated[str, StringConstraints(max_length=MOST_TEXT, pattern=WITHOUT_NUL)]
Words = Annotated[str, StringConstraints(max_length=50_000, pattern=WITHOUT_NUL)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=WITHOUT_NUL)]
SourceCode = Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]
Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(json_schema_extra={"format": "date"}),
]


def _no_truth(value: Any) -> Any:
    """True is 1 in Python, but no amount."""
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_type", "Input should be a number")
    return value


def _number(places: int):
    """A number as the tables take it, also written as a text so that no digit is lost."""
    return Annotated[
        Decimal,
        BeforeValidator(_no_truth),
        Field(gt=-MOST, lt=MOST, max_digits=20, decimal_places=places),
    ]


Quantity, Price, Money = _number(4), _number(6), _number(4)


class Sent(Schema):
    """What comes in: a name that is not known is a mistake that its writer wants to hear of."""

    model_config = ConfigDict(extra="forbid")


class CustomerRow(Sent):
    """A customer by its key. What is left out or empty stays as it is."""

    key: Key = Field(description="The customer's key in the token's source.")
    name: Text | None = Field(None, description="Needed for new customers.")
    kind: Literal[tuple(Customer.Kind.values)] | None = None
    parent: Text | None = Field(None, description="The key of the parent customer.")
    region: Text | None = None
    industry: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    website: Text | None = None
    address: Text | None = None
    tax_number: Text | None = None
    owner: Text | None = Field(
        None, description="User name or mail address of the account manager."
    )


class TransactionRow(Sent):
    """A line of an invoice, credit note or order. Amounts are in the installation's currency."""

    customer: Key = Field(description="The customer's key in the token's source.")
    reference: Key = Field(description="The number of the invoice.")
    line: Text | None = Field(
        None,
        description="The line's number. Without it all lines of an invoice belong in one call:"
        " they replace those that came before.",
    )
    date: Day
    quantity: Quantity | None = Field(None, description="Negative for returns.")
    unit_price: Price | None = None
    amount: Money | None = Field(None, description="Without it: quantity × unit price.")
    cost: Money | None = None
    discount: Money | None = Field(None, description="Already taken off the amount.")
    product: Text | None = Field(None, description="The product's code.")
    description: Text | None = Field(None, description="Of a product that is new.")
    category: Text | None = Field(None, description="Of a product that is new.")
    region: Text | None = Field(None, description="Of a customer that is made.")
    customer_name: Text | None = Field(None, description="Of a customer that is made.")
    contract: Text | None = None
    period_start: Day | None = None
    period_end: Day | None = None


class ComplaintRow(Sent):
    """A complaint or service request that came in just now or lately. It is logged once."""

    reference: Key = Field(description="The complaint's key in the token's source.")
    customer: Key | None = Field(None, description="The customer's key; else give caller_name.")
    caller_name: Text | None = None
    caller_phone: Text | None = None
    caller_email: Text | None = None
    kind: Literal[tuple(Kind.values)] = Kind.COMPLAINT.value
    title: Text | None = Field(None, description="Without it, the first sentence.")
    description: Words
    channel: Literal[tuple(Channel.values)] = Channel.FORM.value
    received_at: AwareDatetime | None = Field(None, description="Without it, now.")
    category: Text | None = Field(None, description="The code of a category.")
    severity: Literal[tuple(Severity.values)] | None = None
    product: Text | None = Field(None, description="The product's code in the token's source.")
    order_reference: Text | None = None
    remedy_sought: Literal[tuple(Remedy.values)] | None = None


def _rows(row: type[Sent]):
    return Annotated[list[row], Field(min_length=1, max_length=MOST_ROWS)]


class Customers(Sent):
    rows: _rows(CustomerRow)


class Transactions(Sent):
    rows: _rows(TransactionRow)
    create_customers: bool = Field(
        False, description="Make customers of unknown keys. Asks for the scope customers:write too."
    )


class Complaints(Sent):
    rows: _rows(ComplaintRow)


class RowError(Schema):
    """What is wrong with a row or another part of a call."""

    row: int | None = Field(description="The row's place in the call, beginning at 0.")
    field: str
    code: str
    message: str


class Problem(Schema):
    """Why a call was refused: nothing of it was done."""

    status: int
    code: str
    message: str
    errors: list[RowError] = []


class Pushed(Schema):
    """What became of the rows: the good ones are in."""

    new: int
    changed: int
    same: int
    wrong: int
    customers_created: int = 0
    errors: list[RowError] = []


class OutsideKey(Schema):
    source: str
    key: str


class CustomerName(Schema):
    """Which customer: our number, and the keys by which other systems know it."""

    number: str
    keys: list[OutsideKey]


class StandingOut(Schema):
    """A customer's figures of the last nightly run; amounts in the installation's currency."""

    customer: CustomerName
    name: str
    region: str
    industry: str
    is_active: bool
    tier: Literal[tuple(Tier.values)]
    stage: Literal[tuple(Stage.values)]
    value_band: Literal[tuple(ValueBand.values)]
    risk: float
    lifetime_value: Decimal
    value_at_risk: Decimal
    revenue_12m: Decimal
    signal: str = Field(description="The strongest signal; empty where there is none.")
    last_purchase: dt.date | None
    computed_on: dt.date | None


class StandingsPage(Schema):
    rows: list[StandingOut]
    next: int | None = Field(description="Ask for the next page with after=…; null on the last.")


class SignalOut(Schema):
    """A reason to fear that a customer leaves, with the figures that it rests on."""

    customer: CustomerName
    kind: Literal[tuple(SignalKind.values)]
    strength: float
    evidence: dict[str, Any]
    first_seen: dt.date
    last_seen: dt.date


class SignalsPage(Schema):
    rows: list[SignalOut]
    next: int | None = Field(description="Ask for the next page with after=…; null on the last.")


class Deadline(Schema):
    kind: Literal[tuple(ClockKind.values)]
    state: str
    due_at: dt.datetime | None
    breached_at: dt.datetime | None


class ComplaintOut(Schema):
    """What became of a complaint that was pushed."""

    reference: str
    case: str = Field(description="Our reference, as people name it on the phone.")
    kind: Literal[tuple(Kind.values)]
    state: Literal[tuple(State.values)]
    severity: Literal[tuple(Severity.values)]
    received_at: dt.datetime
    resolved_at: dt.datetime | None
    ended_at: dt.datetime | None
    deadlines: list[Deadline]
