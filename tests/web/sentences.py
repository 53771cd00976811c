"""Every sentence that the console alone says: marked by `word` in its code, by `t` in its pages."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "sandbox" / "web"
_IN_PAGES = re.compile(r"""\bt\(\s*(["'])(.*?)\1""")
_MARKS = {"word", "t"}


def sentences():
    """Return each sentence with the file it stands in."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in _MARKS:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.setdefault(first.value, path.name)
    for path in sorted((ROOT / "templates").glob("*.html")):
        for _, sentence in _IN_PAGES.findall(path.read_text(encoding="utf-8")):
            found.setdefault(sentence, path.name)
    return found


def _name(function):
    return getattr(function, "id", "") or getattr(function, "attr", "")
