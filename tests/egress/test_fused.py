"""Only figures of ASCII are taken apart into days: others are as many bytes as nobody counted."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from sandbox.egress.content import Content, Form, Sheet
from sandbox.egress.fused import unfused
from sandbox.files.types import FileType


@pytest.mark.parametrize("figures", ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "0123456789"])
def test_codes_in_figures_of_any_script_are_looked_through(figures: str) -> None:
    """The bytes of other figures had been read as numbers beyond any calendar, and the file was refused."""
    order = random.Random(3)
    codes = ["".join(order.choices(figures, k=12)) for _ in range(300)]
    table = pa.table({"编号": pa.array(codes), "值": pa.array([str(one) for one in range(300)])})
    unfused([Content(FileType.CSV, Form.TABLE, sheets=(Sheet("", table),))], ())
