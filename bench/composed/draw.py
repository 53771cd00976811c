"""Draw the techniques from the weights, and split them into two halves."""

from __future__ import annotations

import collections
import random
from collections.abc import Mapping

from bench.composed.carriers import CARRIERS
from bench.composed.cells import CELLS, Cell
from bench.composed.coarse import single_share
from bench.composed.kinds import KIND, SURROUNDINGS
from bench.composed.layouts import LAYOUTS
from bench.composed.stages import SETS, Plan, all_stages
from bench.composed.texts import TEXTS
from bench.composed.wrappings import TEXT_ENDS, WRAPS
from bench.sixth.core import Row, usable

SEED = "tenth/composed/1"
COUNT, LEAST, ENOUGH = 640, 3, 9
SINGLE, SAMPLE = 0.97, 250
HALVES = ("tuning", "held-out")
TEXTUAL = {"base16", "base32", "base64", "base85", "urlsafe64", "url", "quoted"}
CHINESE = {"name", "title", "place", "label"}
Sources = Mapping[str, list[Row]]
Stages = collections.Counter[tuple[str, str]]


def fitting(form: Cell, columns: tuple[str, ...]) -> list[str]:
    """The columns that a form fits."""
    return [c for c in columns if KIND[c] in form.kinds]


def after(state: str, name: str) -> str | None:
    """The state of the bytes after a wrapping (ascii, utf8, unknown, binary); none if it does not fit."""
    if name in TEXTUAL:
        return "ascii"
    if name == "gb18030":
        return "binary" if state == "utf8" else None
    if name == "rot":
        return None if state == "binary" else state
    if name == "utf16":
        return None if state == "binary" else "binary"
    if name == "reversed":
        return "ascii" if state == "ascii" else "binary"
    return "binary"


def wrappings(rng: random.Random, state: str, binary: bool) -> tuple[str, ...]:
    """A chain of wrappings, none twice; where text is wanted, text comes out at the end."""
    depth = rng.choices((0, 1, 2, 3), (40, 30, 20, 10))[0]
    chain: list[str] = []
    for left in range(depth - 1, -1, -1):
        must = not left and not binary
        names = TEXT_ENDS if must and state == "binary" else tuple(WRAPS)
        open_names = [
            name
            for name in names
            if name not in chain and (new := after(state, name)) and not (must and new == "binary")
        ]
        name = rng.choice(open_names)
        chain.append(name)
        state = after(state, name) or state
    return tuple(chain)


def one_plan(rng: random.Random) -> Plan:
    """A technique drawn from the weights."""
    cells, sets = "plain", list(SETS)
    if rng.random() < 0.5:
        cells = rng.choice(list(CELLS))
        sets = [one for one in SETS if fitting(CELLS[cells], one[1])]
    source, columns = rng.choice(sets)
    targets: list[str] = []
    if cells != "plain":
        fit = fitting(CELLS[cells], columns)
        targets = sorted(rng.sample(fit, min(len(fit), rng.choice((1, 2)))))
    layout = "rows" if rng.random() < 0.4 else rng.choice([name for name in LAYOUTS if name != "rows"])
    text = rng.choice([name for name, one in TEXTS.items() if one.trees or not LAYOUTS[layout].tree])
    carrier = rng.choice(list(CARRIERS))
    company = "alone" if rng.random() < 0.5 else rng.choice(SURROUNDINGS)
    if carrier == "csv_below" and company == "alone":
        company = rng.choice(SURROUNDINGS)
    chinese = any(KIND[c] in CHINESE for c in columns)
    wraps = wrappings(rng, "utf8" if chinese else "unknown", CARRIERS[carrier].binary)
    key = rng.randrange(10000)
    return Plan(source, columns, cells, tuple(targets), layout, text, wraps, carrier, company, key)


def singles(plan: Plan, sources: Sources) -> bool:
    """Whether rows made coarse still lead to one person or firm."""
    form = CELLS.get(plan.cells)
    if not form or not form.match:
        return True
    source = sources[plan.source]
    sound = [row for row in source if usable(row, plan.columns)]
    rows = random.Random(SEED).sample(sound, min(SAMPLE, len(sound)))
    return single_share(source, rows, plan.columns, form, plan.targets, plan.key) >= SINGLE


def drawn(sources: Sources) -> list[Plan]:
    """The techniques, different from each other, every stage often enough."""
    rng = random.Random(SEED)
    plans: dict[str, Plan] = {}
    counts: Stages = collections.Counter()

    def add(stage: tuple[str, str] | None) -> None:
        """Draw until a new technique has the stage wanted."""
        while True:
            plan = one_plan(rng)
            wanted = stage is None or stage in plan.stages()
            if wanted and plan.name not in plans and singles(plan, sources):
                plans[plan.name] = plan
                counts.update(plan.stages())
                return

    while len(plans) < COUNT * 5 // 6:
        add(None)
    for stage in all_stages():
        while counts[stage] < ENOUGH:
            add(stage)
    if len(plans) > COUNT:
        raise SystemExit(f"{len(plans)} techniques are needed")
    while len(plans) < COUNT:
        add(None)
    return list(plans.values())


def practice(sources: Sources, number: int, count: int) -> list[Plan]:
    """Techniques from another seed, none of the examination's: what is tuned on, as often as wanted."""
    examined = {plan.name for plan in drawn(sources)}
    rng = random.Random(f"practice/{number}")
    plans: dict[str, Plan] = {}
    while len(plans) < count:
        plan = one_plan(rng)
        if plan.name not in examined and singles(plan, sources):
            plans[plan.name] = plan
    return list(plans.values())


def lacking(half: Stages) -> int:
    """How many occurrences of stages a half lacks."""
    return sum(max(0, LEAST - half[stage]) for stage in all_stages())


def halves(plans: list[Plan]) -> dict[str, list[Plan]]:
    """The two halves, at random; plans are exchanged until each half has every stage often enough."""
    rng = random.Random(f"{SEED}/halves")
    order = rng.sample(plans, len(plans))
    middle = len(order) // 2
    sides = [order[:middle], order[middle:]]
    counts: list[Stages] = [collections.Counter(s for plan in side for s in plan.stages()) for side in sides]
    missing = sum(map(lacking, counts))
    while missing:
        i, j = rng.randrange(middle), rng.randrange(middle)
        one, other = sides[0][i], sides[1][j]
        trial: list[Stages] = [collections.Counter(count) for count in counts]
        for count, gone, new in ((trial[0], one, other), (trial[1], other, one)):
            count.subtract(gone.stages())
            count.update(new.stages())
        if (now := sum(map(lacking, trial))) <= missing:
            sides[0][i], sides[1][j] = other, one
            counts, missing = trial, now
    return dict(zip(HALVES, sides, strict=True))
