"""Other systems at the door: tokens and calls."""

import datetime as dt
import json
from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from crm.accounts.models import ApiToken, Scope
from crm.accounts.tests.factories import AdministratorFactory
from crm.accounts.tokens import create_token


@dataclass
class System:
    """An ERP with its token; calls answer (status, content)."""

    token: str
    row: ApiToken
    client: Client

    def ask(self, method: str, path: str, content=None, **headers):
        body = {} if content is None else {"data": json.dumps(content)}
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **headers},
            **body,
        )

    def get(self, path: str, **headers):
        answer = self.ask("GET", path, **headers)
        return answer.status_code, answer.json()

    def post(self, path: str, content, **headers):
        answer = self.ask("POST", path, content, **headers)
        return answer.status_code, answer.json()

    def push(self, path: str, *rows, **beside):
        return self.post(path, {"rows": list(rows), **beside})


def make_system(scopes=Scope.values, team=None, source="erp", days=30) -> System:
    row, token = create_token(
        actor=AdministratorFactory(),
        name="The ERP",
        scopes=scopes,
        source=source,
        team=team,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    return System(token, row, Client(raise_request_exception=False))
