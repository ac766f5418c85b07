from customers.forms.contacts import (
    ContactFilter,
    ContactForm,
    ContactListFilter,
    SuccessorForm,
)
from customers.forms.customers import CustomerForm, possible_owners
from customers.forms.dealings import DealingsFilter
from customers.forms.interactions import FilesForm, InteractionEditForm, InteractionForm
from customers.forms.listing import CustomerFilter, owners_of
from customers.forms.work import TaskForm, possible_assignees

__all__ = [
    "ContactFilter",
    "ContactForm",
    "ContactListFilter",
    "CustomerFilter",
    "CustomerForm",
    "DealingsFilter",
    "FilesForm",
    "InteractionEditForm",
    "InteractionForm",
    "SuccessorForm",
    "TaskForm",
    "owners_of",
    "possible_assignees",
    "possible_owners",
]
