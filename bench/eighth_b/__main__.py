"""Write the second half of the eighth examination."""

from bench.sixth.__main__ import main

MODULES = ["f4_sheets", "f4_papers", "f5_png", "f5_jpeg", "f5_pages", "f6_columns", "f6_code", "f6_arrays"]
MODULES += ["mix_office_page", "mix_office_data", "mix_page_data"]

if __name__ == "__main__":
    main("eighth_b", MODULES)
