"""Write this half of the examination: cells rewritten, tables laid out anew, encodings and archives."""

from __future__ import annotations

from bench.sixth.__main__ import main

MODULES = [
    "f1_digits",
    "f1_dates",
    "f1_amounts",
    "f2_layout",
    "f2_lists",
    "f2_split",
    "f3_base",
    "f3_packs",
    "f3_chains",
]

if __name__ == "__main__":
    main("eighth_a", MODULES)
