"""What a photo may cost is checked before it costs it, and no process outlives or outgrows its limits."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import TiffImagePlugin

from ganvas.errors import BadPhoto, TooLarge
from ganvas.image import DecodeLimits, decode, start_decoders, stop_decoders
from ganvas.image.sandbox.pool import DECODER_POOL
from tests.image.builders import file_of, png_header, scene

needs_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at processes through /proc")


@pytest.fixture(scope="module")
def slow() -> bytes:
    """A photo of 16 megapixels that takes about half a second."""
    random = np.random.default_rng(0)
    return file_of(np.tile(random.integers(0, 256, (1000, 1000, 3), np.uint8), (4, 4, 1)), "PNG", compress_level=1)


def zygote() -> int:
    """The process that forks, running."""
    start_decoders()
    assert DECODER_POOL._server
    return DECODER_POOL._server.process.pid


def children() -> list[int]:
    """The processes that decode just now."""
    return [int(word) for word in Path(f"/proc/{zygote()}/task/{zygote()}/children").read_text().split()]


def test_more_bytes_than_allowed_are_not_looked_at():
    with pytest.raises(TooLarge, match="more than 1 MB"):
        decode(b"anything" * 2**18, DecodeLimits(bytes=2**20))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_more_pixels_than_allowed_are_refused_by_the_header(kind):
    data = file_of(scene(100, 101), kind)
    assert decode(data, DecodeLimits(pixels=10_100)).pixels.shape == (100, 101, 3)
    with pytest.raises(TooLarge, match=r"more than 0\.010099 megapixels"):
        decode(data, DecodeLimits(pixels=10_099))


@pytest.mark.parametrize("side", [10_001, 60_000, 2**31 - 1])
def test_a_bomb_is_refused_before_it_takes_memory(side):
    begun = time.monotonic()
    with pytest.raises((TooLarge, BadPhoto)) as caught:
        decode(png_header(side, side))
    assert caught.type is TooLarge or side > 2**30
    assert time.monotonic() - begun < 5


def test_a_header_that_promises_much_and_holds_nothing_is_refused():
    with pytest.raises(BadPhoto):
        decode(png_header(10_000, 9_999))


def test_too_much_time_is_too_much(slow):
    limits = DecodeLimits(bytes=2**28, seconds=0.05)
    with pytest.raises(TooLarge, match=r"longer than 0\.05 s"):
        decode(slow, limits)
    assert decode(file_of(scene(), "PNG"), limits).pixels.shape == (24, 40, 3)


@needs_linux
def test_too_much_memory_is_too_much(slow):
    with pytest.raises(TooLarge, match="more memory than allowed"):
        decode(slow, DecodeLimits(bytes=2**28, memory=2**27 + 2**26))


@needs_linux
def test_a_small_photo_may_not_take_the_memory_of_a_large_one():
    """A TIFF of 10 x 10 pixels whose one strip claims to be 1 GB."""
    data = bytearray(file_of(scene(10, 10), "TIFF", compression="tiff_lzw"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    at = data.index(TiffImagePlugin.STRIPBYTECOUNTS.to_bytes(2, "little") + b"\x04\0")
    data[at + 8 : at + 12] = (2**30).to_bytes(4, "little")
    with pytest.raises((BadPhoto, TooLarge)):
        decode(bytes(data))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < 400 * 1024


@needs_linux
def test_a_decoder_that_dies_is_one_clear_error_and_the_next_photo_is_read(slow):
    met: list[Exception] = []

    def ask() -> None:
        try:
            decode(slow, DecodeLimits(bytes=2**28))
        except BadPhoto as error:
            met.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive():
        for child in children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGSEGV)
        time.sleep(0.005)
    assert "its decoder failed" in str(met[0])
    assert decode(file_of(scene(), "PNG")).pixels.shape == (24, 40, 3)


def test_when_all_that_decodes_was_killed_the_next_photo_starts_it_anew():
    for _ in range(2):
        os.kill(zygote(), signal.SIGKILL)
        assert np.array_equal(decode(file_of(scene(), "PNG")).pixels, scene())


@needs_linux
def test_a_decoder_holds_nothing_of_the_servers(monkeypatch):
    stop_decoders()
    monkeypatch.setenv("GANVAS_TOKEN", "secret")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.set_inheritable(True)
        process = Path(f"/proc/{zygote()}")
        assert b"secret" not in (process / "environ").read_bytes()
        files = [os.readlink(file) for file in (process / "fd").iterdir()]
    sockets = [name for name in files if name.startswith("socket:")]
    assert len(sockets) == 1
    assert sorted(set(files) - set(sockets)) == ["/dev/null"]


@needs_linux
def test_a_decoder_has_its_limits_and_two_files(slow):
    asking = threading.Thread(target=decode, args=(slow, DecodeLimits(bytes=2**28)))
    asking.start()
    seen: list[tuple[int, str, list[str]]] = []
    while asking.is_alive():
        for child in children():
            try:
                size = resource.prlimit(child, resource.RLIMIT_AS)[0]
                score = Path(f"/proc/{child}/oom_score_adj").read_text().strip()
                seen.append((size, score, os.listdir(f"/proc/{child}/fd")))
            except (ProcessLookupError, FileNotFoundError):
                continue
        time.sleep(0.01)
    asking.join()
    sizes, scores, files = zip(*seen, strict=True)
    assert sizes[-1] == 256 * 2**20 + 16 * 16_000_000
    assert scores[-1] == "1000"
    assert len(files[-1]) <= 7  # standard ones, the line, the photo, the result


def test_many_threads_decode_at_the_same_time():
    photos = [np.roll(scene(), n, axis=0) for n in range(8)]
    files = [file_of(photo, "PNG") for photo in photos]
    wrong: list[int] = []

    def check(n: int) -> None:
        for _ in range(5):
            if not np.array_equal(decode(files[n]).pixels, photos[n]):
                wrong.append(n)

    threads = [threading.Thread(target=check, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


FORKED = """
import os, sys
from ganvas.image import decode, start_decoders
from ganvas.image.sandbox.pool import DECODER_POOL
photo = open(sys.argv[1], "rb").read()
start_decoders()
ours = DECODER_POOL._server.process.pid
if not os.fork():
    decode(photo)
    os._exit(0 if DECODER_POOL._server.process.pid != ours else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]), decode(photo).pixels.shape, ours, flush=True)
if len(sys.argv) > 2:
    os.kill(os.getpid(), 9)
"""


def run_forked(tmp_path: Path, *more: str) -> list[str]:
    """What the program above prints."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(file_of(scene(), "PNG"))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", FORKED, str(photo), *more]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60).stdout.split()


def test_a_forked_process_has_decoders_of_its_own(tmp_path):
    assert run_forked(tmp_path)[:4] == ["0", "(24,", "40,", "3)"]


@pytest.mark.parametrize("ending", [[], ["killed"]])
def test_decoders_end_with_the_process_that_asked(tmp_path, ending):
    left = int(run_forked(tmp_path, *ending)[4])
    for _ in range(200):
        try:
            os.kill(left, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process that decodes is still there")


def test_nothing_is_left_open_after_many_photos():
    data = file_of(scene(), "PNG")
    decode(data)
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        decode(data)
        with pytest.raises(BadPhoto):
            decode(data[:50])
    assert len(os.listdir("/dev/fd")) <= before


@needs_linux
def test_a_decoder_that_sleeps_for_ever_is_ended(slow):
    """A stopped process takes no processor time and waits for none: only the clock can end it."""
    met: list[Exception] = []

    def ask() -> None:
        try:
            decode(slow, DecodeLimits(bytes=2**28, seconds=1))
        except TooLarge as error:
            met.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive():
        for child in children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGSTOP)
        time.sleep(0.005)
    assert "longer than 1 s" in str(met[0])
