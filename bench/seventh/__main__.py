"""Write the examination: one or several files a technique and seed, and the manifest."""

from bench.sixth.__main__ import main

if __name__ == "__main__":
    main("seventh", ["b1", "b2", "b3", "b4"])
