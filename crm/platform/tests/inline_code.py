"""What a page must not hold under the strict policy."""

from html.parser import HTMLParser


class InlineCode(HTMLParser):
    """Finds what a strict policy would refuse, and requests to other hosts."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        data_only = values.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in values and not data_only):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in values if name == "style" or name[:2] == "on"]
        loads = {"script": "src", "img": "src", "link": "href", "iframe": "src", "form": "action"}
        address = values.get(loads.get(tag, ""), "") or ""
        if "//" in address.partition("?")[0] or address.startswith("javascript:"):
            self.found.append(f"{tag} {address}")
