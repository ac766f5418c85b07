from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up alone: users are invited."""

    def is_open_for_signup(self, request) -> bool:
        return False
