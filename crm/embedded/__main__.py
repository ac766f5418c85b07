"""`python -m crm.embedded {start,stop,env,destroy,run}`: the servers by hand."""

import argparse
import shlex
import subprocess
import sys

from crm import embedded


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m crm.embedded", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "env", "destroy", "run"])
    parser.add_argument("--kind", choices=embedded.KINDS, default="dev")
    parser.add_argument("command", nargs="*", help="for run: what to run with the servers up")
    options = parser.parse_args()
    try:
        return ACTIONS[options.action](options)
    except embedded.EmbeddedServerError as error:
        print(f"perennial: {error}", file=sys.stderr)
        return 1


def start(options: argparse.Namespace) -> int:
    embedded.ensure(options.kind)
    print(f"The {options.kind} servers are running.")
    return 0


def stop(options: argparse.Namespace) -> int:
    stopped = embedded.stop(options.kind)
    print(f"The {options.kind} servers {'are stopped' if stopped else 'were not running'}.")
    return 0


def env(options: argparse.Namespace) -> int:
    """Lines for a shell: `eval "$(python -m crm.embedded env)"`."""
    settings = embedded.environment(options.kind)
    if settings is None:
        raise embedded.EmbeddedServerError(f"The {options.kind} servers were never started.")
    for name, value in settings.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def destroy(options: argparse.Namespace) -> int:
    embedded.destroy(options.kind)
    print(f"The {options.kind} servers are stopped and their data deleted.")
    return 0


def run(options: argparse.Namespace) -> int:
    """Runs a command with the servers up, and stops them afterwards if they were not before."""
    started = embedded.export(options.kind)
    try:
        return subprocess.run(options.command, check=False).returncode  # noqa: S603 -- asked for
    finally:
        if started:
            embedded.stop(options.kind)


ACTIONS = {"start": start, "stop": stop, "env": env, "destroy": destroy, "run": run}

if __name__ == "__main__":
    sys.exit(main())
