"""What a browser would send of a form on a page: every field with what stands in it."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self, action):
        super().__init__()
        self.action, self.inside, self.over, self.fields = action, False, False, []
        self.choice, self.first, self.area, self.text = "", "", "", ""

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "form":
            self.inside = has.get("action") == self.action and not self.over
        if not self.inside:
            return
        if tag == "input" and has.get("name"):
            ticked = has.get("type") in ("checkbox", "radio")
            if not ticked or "checked" in has:
                self.fields.append((has["name"], has.get("value", "")))
        elif tag == "select":
            self.choice, self.first = has["name"], None
        elif tag == "option" and self.choice and (self.first is None or "selected" in has):
            self.first = has["value"]
        elif tag == "textarea":
            self.area, self.text = has["name"], ""

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "select" and self.choice:
            self.fields.append((self.choice, self.first or ""))
            self.choice = ""
        elif tag == "textarea" and self.area:
            self.fields.append((self.area, self.text))
            self.area = ""
        elif tag == "form":
            self.over, self.inside = self.over or self.inside, False


def filled(page, action):
    """Return the fields of the first form that is sent to a path, each name with its values."""
    reader = _Reader(action)
    reader.feed(page)
    found = {}
    for name, value in reader.fields:
        found.setdefault(name, []).append(value)
    return found
