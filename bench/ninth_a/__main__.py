"""Write this half of the examination: cells rewritten, tables laid out anew, wrappings in one another."""

from __future__ import annotations

from bench.sixth.__main__ import main

MODULES = [
    "f1_cells",
    "f1_numbers",
    "f2_tables",
    "f2_trees",
    "f3_text",
    "f3_packs",
]

if __name__ == "__main__":
    main("ninth_a", MODULES)
