"""The kinds of import: one module each, with its fields, its plan and its writing."""

from customers.imports.fields import Kind
from customers.imports.kinds.customers import CustomersKind
from customers.imports.kinds.transactions import TransactionsKind
from customers.models.imports import ImportKind

KINDS: dict[str, Kind] = {
    ImportKind.CUSTOMERS: CustomersKind(),
    ImportKind.TRANSACTIONS: TransactionsKind(),
}
