from customers.forms.contacts import ContactForm
from customers.forms.customers import CustomerForm, possible_owners
from customers.forms.listing import CustomerFilter
from customers.forms.work import InteractionForm, TaskForm, possible_assignees

__all__ = [
    "ContactForm",
    "CustomerFilter",
    "CustomerForm",
    "InteractionForm",
    "TaskForm",
    "possible_assignees",
    "possible_owners",
]
