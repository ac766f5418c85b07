"""Static files that pages name: what production's manifest would refuse fails here as well."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.template.loader import render_to_string
from django.templatetags.static import static

from crm.tests.statics import is_there

NAMED = re.compile(r"""{%-?\s*static\s+(['"])(.+?)\1""")
SCRIPT = re.compile(r"""['"]((?:js|vendor)/[\w./-]+\.js)['"]""")
SOURCES = ("crm", "customers", "lifecycle", "complaints", "satisfaction")


def texts(suffix: str, *folders: str):
    for folder in folders:
        for path in sorted(Path(settings.BASE_DIR, folder).rglob(f"*{suffix}")):
            if "tests" not in path.parts:
                yield path, path.read_text()


def test_what_templates_and_views_name_is_there():
    """Both as names in `static` and as those of scripts that are handed on."""
    templates = list(texts(".html", "templates"))
    found = {(path, name) for path, text in templates for _, name in NAMED.findall(text)}
    found |= {
        (path, name)
        for path, text in (*templates, *texts(".py", *SOURCES))
        for name in SCRIPT.findall(text)
    }
    assert len(found) > 30
    assert not [(path.name, name) for path, name in sorted(found) if not is_there(name)]


@pytest.mark.parametrize("name", ["3", "js/no-such.js", "img/nothing.svg", "favicon.txt"])
def test_what_is_not_there_is_refused_as_by_the_manifest(name, settings, tmp_path):
    with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        static(name)
    manifest = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        manifest.url(name)


def test_a_count_in_the_place_of_a_script_breaks_the_page():
    """As a view once gave one, whose context had the name for something else."""
    kinds = "js/chart-options-learning.js"
    assert kinds in render_to_string("includes/_chart_scripts.html", {"chart_kinds": kinds})
    for count in (3, "3"):
        with pytest.raises((ValueError, TypeError)):
            render_to_string("includes/_chart_scripts.html", {"chart_kinds": count})
