import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
# A text within an f-string, where the collector does not look.
HIDDEN = re.compile(r"""\{(?:_|gettext)\((["'])(.+?)\1\)""")
SOURCES = ("crm", "customers", "lifecycle", "complaints", "satisfaction", "templates")


class Command(BaseCommand):
    help = "Fails where a text has no Chinese, a doubtful one, or the compiled file is older."

    def handle(self, *args, **options):
        with tempfile.TemporaryDirectory() as folder:
            current = Path(folder) / "current.po"
            self._collect(Path(folder), current)
            problems = [
                *self._missing(current),
                *self._hidden(),
                *self._not_compiled(Path(folder)),
            ]
        for problem in problems[:50]:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} texts to mend; see `make messages`.")
        self.stdout.write("Every text has its Chinese.")

    def _collect(self, folder: Path, current: Path) -> None:
        """What the sources say now, merged with the catalogue."""
        copy = folder / "tree"
        copy.mkdir()
        for name in (*SOURCES, "locale"):
            (copy / name).symlink_to(settings.BASE_DIR / name)
        (copy / "locale").unlink()
        catalogue = copy / CATALOGUE
        catalogue.parent.mkdir(parents=True)
        catalogue.write_bytes((settings.BASE_DIR / CATALOGUE).read_bytes())
        collect = [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans"]
        self._run([*collect, "--symlinks", "--no-wrap"], copy)
        current.write_bytes(catalogue.read_bytes())

    def _missing(self, current: Path):
        """Texts without translation or with a doubtful one."""
        for flag, what in (("--untranslated", "no Chinese"), ("--only-fuzzy", "doubtful")):
            found = self._run(["msgattrib", "--no-obsolete", flag, str(current)], None)
            for text in re.findall(r'^msgid ((?:".*"\n?)+)', found, flags=re.MULTILINE)[1:]:
                yield f"{what}: {text.strip()}"

    def _hidden(self):
        """Texts that nobody would translate, since they are not collected."""
        for name in SOURCES:
            for path in sorted((settings.BASE_DIR / name).rglob("*.py")):
                for found in HIDDEN.finditer(path.read_text(encoding="utf-8")):
                    where = path.relative_to(settings.BASE_DIR)
                    yield f"not collected, since within an f-string: {where}: {found[2]}"

    def _not_compiled(self, folder: Path):
        compiled = settings.BASE_DIR / CATALOGUE.with_suffix(".mo")
        again = folder / "again.mo"
        self._run(["msgfmt", "-o", str(again), str(settings.BASE_DIR / CATALOGUE)], None)
        if not compiled.exists() or compiled.read_bytes() != again.read_bytes():
            yield "The compiled catalogue is older than the texts: run `make messages`."

    def _run(self, command: list[str], folder: Path | None) -> str:
        # Without settings, so that texts are written to the copy and not to the project.
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(  # noqa: S603 -- commands of ours
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandError(done.stderr)
        return done.stdout
