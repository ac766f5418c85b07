"""What each role's home page shows, in which order: tables of contents of "Today".

`parts` are what several of them show, `lists` the short lists, read in one query, and `short`
says what each of those lists has and what one does about it.
"""

from crm.today.account_manager import account_manager
from crm.today.manager import manager
from crm.today.service import service

__all__ = ["account_manager", "manager", "service"]
