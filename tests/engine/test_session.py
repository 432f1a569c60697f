"""One network on arrays: both runtimes, many threads, and no word to anybody."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ganvas.engine import session
from ganvas.engine.session import make_cancellable
from ganvas.errors import BadStyle, MissingDependency
from tests.engine.conftest import noise
from tests.house import ROOT

SILENT = """
import json, os, sys, time
heard = []
def listen(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"):
        heard.append([event, repr(arguments[1:])])
sys.addaudithook(listen)
import numpy as np
from pathlib import Path
from ganvas.engine import session
x = np.zeros((1, 3, 32, 32), np.float32)
ran = [way(Path(sys.argv[1]), "auto", 0)(x).shape for way in (session.open_openvino, session.open_onnxruntime)]
time.sleep(1)  # OpenVINO's telemetry would speak from a thread
sockets = [place for place in os.scandir("/proc/self/fd") if "socket:" in os.readlink(place)]
print(json.dumps({"ran": ran, "heard": heard, "sockets": len(sockets), "torch": "torch" in sys.modules}))
"""


def test_nothing_is_told_and_nothing_is_written_at_home(local_file, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    child = subprocess.run(
        [sys.executable, "-c", SILENT, str(local_file)], env=environment, capture_output=True, text=True, check=True
    )
    answer = json.loads(child.stdout)
    assert answer["ran"] == [[1, 3, 32, 32]] * 2
    assert answer["heard"] == []
    assert (answer["sockets"], answer["torch"]) == (0, False)
    assert list(tmp_path.rglob("*")) == []


def test_both_runtimes_agree(local_file):
    x = noise(64, 96).transpose(2, 0, 1)[None] / np.float32(127.5) - 1
    one, other = (way(local_file, "fp32", 0)(x) for way in (session.open_openvino, session.open_onnxruntime))
    assert np.abs(one - other).max() < 1e-4


def test_fp32_is_had_by_choice(local_file):
    x = noise(64, 64).transpose(2, 0, 1)[None] / np.float32(127.5) - 1
    exact = session.open_onnxruntime(local_file, "fp32", 0)(x)
    assert np.abs(session.open_network(local_file, "fp32")(x) - exact).max() < 1e-4


def test_a_session_takes_many_sizes_and_many_pictures(local_file):
    run = session.open_network(local_file)
    for shape in ((1, 3, 32, 32), (2, 3, 32, 64), (1, 3, 128, 4), (1, 3, 32, 32)):
        assert run(np.zeros(shape, np.float32)).shape == shape


@pytest.mark.parametrize("way", [session.open_openvino, session.open_onnxruntime])
def test_many_threads_get_their_own_pictures(way, local_file):
    run = way(local_file, "fp32", 0)
    given = [np.full((1, 3, 32, 32), value, np.float32) for value in np.linspace(-1, 1, 8)]
    expected = [run(x) for x in given]

    def agrees(index: int) -> bool:
        return all(np.array_equal(run(given[index]), expected[index]) for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(agrees, range(8)))


def test_a_result_is_not_overwritten_by_the_next(local_file):
    run = session.open_network(local_file)
    first = run(np.zeros((1, 3, 32, 32), np.float32))
    kept = first.copy()
    run(np.ones((1, 3, 32, 32), np.float32))
    assert np.array_equal(first, kept)


class Enough(Exception):
    """Somebody has had enough."""


def give_up() -> None:
    raise Enough


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of 60 convolutions, which takes a while for a large picture."""
    kernels = [
        numpy_helper.from_array(np.full((out, into, 3, 3), 0.002, np.float32), name)
        for name, out, into in (("first", 64, 3), ("next", 64, 64), ("last", 3, 64))
    ]
    names = ["x", *(f"map{number}" for number in range(59)), "y"]
    nodes = [
        helper.make_node("Conv", [source, {"x": "first", "map58": "last"}.get(source, "next")], [target], pads=[1] * 4)
        for source, target in pairwise(names)
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3, "h", "w"]) for name in "xy"]
    graph = helper.make_graph(nodes, "long", ends[:1], ends[1:], kernels)
    path = tmp_path_factory.mktemp("long") / "long.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


@pytest.mark.parametrize("way", [session.open_openvino, session.open_onnxruntime])
def test_a_run_that_is_watched_gives_the_same(way, local_file):
    run, checks = way(local_file, "fp32", 0), []
    x = noise(64, 64).transpose(2, 0, 1)[None] / np.float32(127.5) - 1
    assert np.array_equal(make_cancellable(run, lambda: checks.append(1))(x), run(x))


@pytest.mark.parametrize("way", [session.open_openvino, session.open_onnxruntime])
def test_a_run_is_given_up_in_the_middle_and_the_next_is_right(way, long_file):
    run = way(long_file, "fp32", 0)
    large, small = (np.random.Generator(np.random.PCG64(1)).random((1, 3, side, side), np.float32) for side in (256, 8))
    before = run(small)
    for _ in range(3):
        with pytest.raises(Enough):
            make_cancellable(run, give_up)(large)
    assert np.array_equal(make_cancellable(run, lambda: None)(small), before)
    assert np.array_equal(run(small), before)


def test_onnx_runtime_stops_what_is_given_up(long_file, monkeypatch):
    runs, aside = [], session.run_in_thread
    monkeypatch.setattr(session, "run_in_thread", lambda *do: runs.append(aside(*do)) or runs[0])
    with pytest.raises(Enough):
        make_cancellable(session.open_onnxruntime(long_file, "fp32", 0), give_up)(
            np.zeros((1, 3, 256, 256), np.float32)
        )
    assert "terminate" in str(runs[0].exception())


def test_a_plain_function_is_run_as_it_is():
    assert make_cancellable(noise, give_up) is noise


@pytest.mark.parametrize("way", [session.open_openvino, session.open_onnxruntime])
def test_a_file_that_is_no_network_is_refused(way, tmp_path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"\x08\x07 not a network")
    with pytest.raises(BadStyle, match=r"broken\.onnx"):
        way(path, "auto", 0)


def test_without_a_runtime_the_answer_says_what_to_install(monkeypatch, local_file):
    for name in ("openvino", "onnxruntime"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingDependency, match="pip install openvino"):
        session.open_network(local_file)


def test_a_gpu_is_asked_first(monkeypatch, local_file):
    class Runtime:
        def get_available_providers(self) -> list[str]:
            return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    opened: list[object] = []

    def start(runtime: object, path: Path, providers: list[str], threads: int):
        opened.append(providers)
        return lambda x: x

    monkeypatch.setattr(session, "import_onnxruntime", Runtime)
    monkeypatch.setattr(session, "create_onnxruntime_session", start)
    session.open_network(local_file)
    assert opened == [["CUDAExecutionProvider", "CPUExecutionProvider"]]
