"""Deals the files of the suite to the test processes so that a run ends, whatever becomes of one of them.

xdist's own dealing puts all that a dead process was ever given back into the queue, done or not. The next
process is dealt a file in which nothing is left to do, is never heard of again, and the run waits for ever.
It deals the files with most tests first, too: one that tries a single thing for minutes came last, and the
other processes had nothing to do meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

LEAST = 2
"""A process begins a test when it knows the next one, or that none will come."""
DEAREST = (
    "tests/attacks/test_hostile_files.py",
    "tests/attacks/test_fuzz.py",
    "tests/attacks/test_gate_models.py",
    "tests/attacks/test_gate_exam.py",
    "tests/egress/test_orders.py",
    "tests/browser/test_applications.py",
    "tests/egress/test_inside.py",
    "tests/attacks/test_second.py",
    "tests/egress/test_tracing.py",
    "tests/attacks/test_product_classes.py",
    "tests/attacks/test_sparse_books.py",
    "tests/attacks/test_gate_layouts.py",
    "tests/serving/test_kills.py",
    "tests/browser/test_oversight.py",
    "tests/browser/test_walks.py",
    "tests/journeys/test_review_kills.py",
    "tests/journeys/test_kills.py",
    "tests/browser/test_desk.py",
    "tests/browser/test_templates.py",
    "tests/serving/test_tls.py",
    "tests/access/test_lives.py",
    "tests/browser/test_bad_input.py",
    "tests/serving/test_platform.py",
    "tests/store/test_opener.py",
    "tests/cli/test_data_postgresql.py",
    "tests/attacks/test_gate_forms.py",
    "tests/attacks/test_templates.py",
    "tests/attacks/test_template_versions.py",
    "tests/attacks/test_gate_numbers.py",
    "tests/attacks/test_gate_keys.py",
    "tests/oversight/test_replay.py",
    "tests/attacks/test_egress_spares.py",
    "tests/web/test_traces.py",
    "tests/house/test_ending.py",
    "tests/serving/test_lab_walk.py",
    "tests/web/test_policies.py",
)
"""What takes longest, the longest first: dealt before the rest, which goes by the number of its tests."""


class Dealing(LoadFileScheduling):
    """A file at a time; what a process died of has failed and is not tried again, the rest is dealt anew."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Deal the dearest file that is left."""
        dear = [scope for scope in DEAREST if scope in self.workqueue]
        if dear:
            self.workqueue.move_to_end(dear[0], last=False)
        super()._assign_work_unit(node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Return the test in which the process died; nothing of one that had none left."""
        left = {
            scope: {name: False for name, done in unit.items() if not done}
            for scope, unit in self.assigned_work.pop(node).items()
        }
        left = {scope: unit for scope, unit in left.items() if unit}
        died_of = next((name for unit in left.values() for name in unit), None)
        if died_of is None:
            return None
        left[self._split_scope(died_of)].pop(died_of)
        self.workqueue.update({scope: unit for scope, unit in left.items() if unit})
        for other in list(self.assigned_work):
            self._reschedule(other)
        return died_of

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Take note of the tests that a process found; one that finds others than the first is sent home."""
        super().add_node_collection(node, collection)
        if node not in self.registered_collections:
            node.shutdown()

    def _reschedule(self, node: WorkerController) -> None:
        """Deal until the process has something to begin with, or knows that nothing is left."""
        if node not in self.registered_collections:
            return  # it is still looking for its tests, and is dealt some when it knows them
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < LEAST:
            super()._reschedule(node)
