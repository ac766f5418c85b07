"""The demo company: an invented wholesaler of industrial supplies with 2,000 customers.

Pure parts (a seed and a day in, data frames or cases out): draws, places, names, staff, catalogue,
seasons, register, model, purchases, invoices, serviced, phrases, conversations, company; office,
case_words, lives and complaints (cases with their whole lives); standings and surveys (whom waves
asked, and what they answered); keeping (promises, chances, rivals and clubs), recommending (who
sent whom); aftermath (what a complaint does to later orders). Parts that meet the database:
records, case_records, changes (what is changed after grave complaints), survey_records,
keeping_records (rows), load (the first day), advance (each later one).

Planted, so that pages and tests can be held against the truth: kinds of customers and how well
each team looks after its own, from which the service-profit chain follows (model), slow answers to
complaints of one team and one season (lives), and their mark on what customers buy afterwards
(aftermath) and, like that of leaving soon, on what they answer (surveys).
Nothing of the history is mailed but three invitations to the running survey, which wait in the
outbox for somebody who wants to try answering.
"""

from crm.demo.staff import DEMO_PASSWORD, SHOWN


def sign_ins() -> list[tuple[str, str, str]]:
    """What a newcomer may sign in with: (role, user name, password), one a role.

    Empty where the installation is no demo company, and without those whose password or role was
    changed.
    """
    from crm.accounts.models import User
    from crm.platform.models import Installation

    if not Installation.get().is_demo:
        return []
    users = {user.username: user for user in User.objects.filter(username__in=SHOWN)}
    shown = (users[name] for name in SHOWN if name in users)
    return [
        (str(user.get_role_display()), user.username, DEMO_PASSWORD)
        for user in shown
        if user.is_active and user.check_password(DEMO_PASSWORD)
    ]
