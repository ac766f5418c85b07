"""Which tests each process of xdist begins with: what takes long is not to begin last.

Each gets an equal part of the list, in its order, and later takes over from the end of the part of
another. So each part begins with a heap of what takes long and shares something that is made once;
the short tests follow, which are easily taken over.
"""

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
