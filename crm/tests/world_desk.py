"""A case and what hangs on it, in the world of the tests."""

from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.models import IncomingMail
from complaints.services import term_changes
from complaints.services.files import attach
from complaints.services.follow_up import new_link
from complaints.tests.factories import CaseFactory, CorrectiveFactory, ProposalFactory
from crm.accounts.models import User
from customers.tests.factories import CustomerFactory


def of_cases(users: dict[str, User]) -> dict[str, list]:
    customer = CustomerFactory(account_manager=users["owner"])
    case = CaseFactory(customer=customer, by=users["service"])
    # In charge of it, account managers go on with a case themselves.
    own = CaseFactory(customer=customer, by=users["service"], owner=users["owner"])
    picture = SimpleUploadedFile("leak.txt", b"It leaks at the lower seal.")
    attach(case=case, files=[picture], by=users["service"])
    change = CorrectiveFactory(case=case, owner=users["owner"])
    return {
        "complaints:case": [case.pk],
        "complaints:why": [case.pk],
        "complaints:watch": [case.pk],
        "complaints:proposal": [ProposalFactory(customer=customer).pk],
        "complaints:corrective_create": [case.pk],
        "complaints:corrective_edit": [change.pk],
        "complaints:act": [own.pk, "acknowledge"],
        "complaints:terms_give": [term_changes.compare(by=users["manager"]).pk],
        "complain:case": [new_link(case)],
        "complaints:qr": ["svg"],
        "complaints:mail": [
            IncomingMail.objects.create(identity="1@x", outcome="reply", case=case, text="Hi").pk
        ],
        "complaints:attach": [case.pk],
        "complaints:attachment": [case.attachments.get().pk],
    }
