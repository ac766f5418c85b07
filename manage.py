#!/usr/bin/env python
"""Perennial's command line. Without DATABASE_URL it runs on the embedded servers."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    if sys.argv[1:2] == ["up"]:
        from crm.management import supervisor

        # Before Django, whose settings want to know the servers: the port, then the servers.
        supervisor.prepare()
    elif "DATABASE_URL" not in os.environ:
        from crm import embedded

        embedded.export("dev")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
