"""The demo company: an invented wholesaler of industrial supplies with 2,000 customers.

Pure parts (a seed and a day in, data frames out): draws, places, names, staff, catalogue, seasons,
register, model, purchases, invoices, phrases, conversations, company. Parts that meet the
database: records (rows), load (the first day), advance (each later one).
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
