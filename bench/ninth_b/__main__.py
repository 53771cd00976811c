"""Write this half of the examination: office files, pictures and pages, data and code."""

from bench.sixth.__main__ import main

MODULES = ["f4_sheets", "f4_papers", "f5_pictures", "f5_pages", "f6_data", "f6_code", "mixed"]

if __name__ == "__main__":
    main("ninth_b", MODULES)
