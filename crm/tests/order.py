"""In which order the processes of xdist load and run the tests.

What takes long is not to begin last. Each process gets an equal part of the list, in its order, and
later takes over from the end of the part of another. So each part begins with a heap of what takes
long and shares something that is made once; the short tests follow, which are easily taken over.
"""

import importlib
from contextlib import suppress
from pathlib import Path

HEAPS = (
    ("crm/tests/browser/",),
    ("crm/tests/nightly/", "customers/tests/test_import_tables.py"),
    (
        "crm/tests/test_up.py",
        "customers/tests/test_import_kills.py",
        "complaints/tests/test_sweep_kills.py",
        "crm/tests/demo/",
        "crm/tests/test_demo",
        "crm/tests/test_embedded.py",
    ),
)


def arrange(items: list, processes: int) -> None:
    """Put the items in place; every process comes to the same order."""
    heaps, others = [[] for _ in range(processes)], []
    for item in items:
        found = (n for n, files in enumerate(HEAPS) if item.nodeid.startswith(files))
        heap = next(found, None)
        (others if heap is None else heaps[heap % processes]).append(item)
    arranged = []
    for begun, heap in enumerate(heaps):
        part = (len(items) - len(arranged)) // (processes - begun)
        short = max(part - len(heap), 0)
        arranged += heap + others[:short]
        del others[:short]
    items[:] = arranged + others


def load(config, begin: float) -> None:
    """Load the tests' modules from this part of their list on, then those before it.

    pytest rewrites the asserts of each module that nobody has loaded yet, and writes the result
    down: so each process does a part, and all read what the others have done.
    """
    names = []
    for path in (config.rootpath / one.partition("::")[0] for one in config.args):
        names += [_name(file, config.rootpath) for file in sorted(path.rglob("test_*.py"))]
    first = int(len(names) * begin)
    for name in names[first:] + names[:first]:
        with suppress(Exception):  # the collection tells what can't be loaded
            importlib.import_module(name)


def _name(file: Path, root: Path) -> str:
    return ".".join(file.relative_to(root).with_suffix("").parts)
