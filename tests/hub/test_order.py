"""What a door is told survives its writing down."""

from __future__ import annotations

from pathlib import Path

from sandbox.hub.order import Order, decode
from sandbox.seats.spec import Limits, Mount, Sandbox


def test_an_order_is_read_as_it_was_written() -> None:
    sandbox = Sandbox(
        mounts=(
            Mount(Path("/a"), "/data/a"),
            Mount(None, "/x/y"),
            Mount(Path("/h"), "/home/dev", writable=True),
        ),
        limits=Limits(memory_bytes=1 << 30, cpu_seconds=5),
        environment={"LANG": "C.UTF-8"},
        host_uid=2_000_001,
    )
    order = Order(
        seat="seat-000001",
        user="lin.xiaoyu",
        base_url="/user/lin.xiaoyu/seat-000001/",
        first="lab/tree/01-%E5%BC%80%E5%A7%8B.ipynb",
        origins=("http://127.0.0.1:8000", "http://localhost:8000"),
        home=Path("/var/home"),
        sandbox=sandbox,
        day_bytes=10_485_760,
        shown_bytes=300,
    )
    assert decode(order.encode()) == order
