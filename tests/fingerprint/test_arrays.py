"""Named arrays in a stream: what goes in comes out, and nothing else comes out."""

import io
import json

import numpy as np
import pytest

from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.kernel.errors import TamperedError


class Dribble(io.RawIOBase):
    """A stream that gives seven bytes at a time, as a sealed one may."""

    def __init__(self, data):
        self._inner = io.BytesIO(data)

    def read(self, size=-1):
        return self._inner.read(min(size, 7) if size >= 0 else size)


def written(arrays, note):
    out = io.BytesIO()
    write_arrays(out, arrays, note=note)
    return out.getvalue()


def test_round_trip_through_a_slow_stream():
    arrays = {
        "一": np.arange(6, dtype=np.uint32).reshape(2, 3).T,
        "empty": np.empty(0, np.float64),
        "flags": np.array([True, False]),
    }
    found, note = read_arrays(Dribble(written(arrays, {"rows": 2})))
    assert note == {"rows": 2}
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def header(listed):
    data = json.dumps({"note": {}, "arrays": listed}).encode()
    return b"zyarrays1\n" + len(data).to_bytes(8, "little") + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"zyarrays2\n",
        b"zyarrays1\n" + (1 << 40).to_bytes(8, "little"),
        header([["a", "|O", [1]]]) + b"x" * 8,
        header([["a", "<u4", [-1]]]),
        header([["a", "<u4", ["x"]]]),
        header([["a", "<u4", [2]]]) + b"1234567",
        header("x"),
    ],
)
def test_what_is_not_whole_is_refused(data):
    with pytest.raises(TamperedError):
        read_arrays(io.BytesIO(data))
