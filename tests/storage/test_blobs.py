"""Blobs are whole or not there, and are there exactly as long as somebody holds them, whoever dies meanwhile."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ganvas.errors import NotFound
from ganvas.storage.blobs import Store

PICTURE = b"a picture" * 1000
KEY = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path)


def test_what_is_put_is_got_by_its_hash(store):
    assert store.put(PICTURE) == KEY
    assert store.get(KEY) == PICTURE
    assert store.path(KEY).read_bytes() == PICTURE
    with store.open(KEY) as file:
        assert file.read(9) == b"a picture"


def test_putting_twice_keeps_it_once(store):
    assert store.put(PICTURE) == store.put(PICTURE)
    assert list(store.keys()) == [KEY]


def test_a_file_is_put_as_its_bytes_are(store, tmp_path):
    film = tmp_path / "film"
    film.write_bytes(PICTURE * 500)
    assert store.put_file(film) == hashlib.sha256(PICTURE * 500).hexdigest()
    assert store.get(store.put_file(film, "job:1")) == film.read_bytes()


@pytest.mark.parametrize("key", ["", "0" * 64, "../../etc/passwd", KEY.upper(), KEY[:63]])
def test_a_key_under_which_nothing_is_kept_is_not_found(store, key):
    for ask in (store.get, store.open, store.path, lambda key: store.hold(key, "me")):
        with pytest.raises(NotFound):
            ask(key)


def test_the_last_holder_to_let_go_deletes(store):
    store.put(PICTURE)
    store.hold(KEY, "picture:1")
    store.hold(KEY, "picture:2")
    store.release(KEY, "picture:1")
    assert store.get(KEY) == PICTURE
    store.release(KEY, "picture:2")
    with pytest.raises(NotFound):
        store.get(KEY)
    assert not list((store.root / "blobs").glob("*/*"))


def test_holding_twice_is_holding_once(store):
    store.put(PICTURE, "me")
    store.hold(KEY, "me")
    store.release(KEY, "me")
    assert list(store.keys()) == []


def test_releasing_what_one_does_not_hold_takes_it_from_nobody(store):
    store.put(PICTURE, "me")
    store.release(KEY, "somebody else")
    assert store.holders(KEY) == ["me"]
    assert store.get(KEY) == PICTURE


def test_holders_may_have_any_name(store):
    names = sorted(["../../x", "张三/画:1", "a b", ""])
    for name in names:
        store.put(PICTURE, name or "-")
        store.hold(KEY, name)
    assert set(names) <= set(store.holders(KEY))
    long = "x" * 10_000
    store.hold(KEY, long)
    store.release(KEY, long)
    assert len(store.holders(KEY)) == 5


def test_what_was_put_a_moment_ago_is_not_deleted_under_its_putter(store):
    store.put(PICTURE, "old")
    store.put(PICTURE)
    store.release(KEY, "old")
    store.hold(KEY, "new")
    assert store.get(KEY) == PICTURE
    store.release(KEY, "new")
    assert list(store.keys()) == []


def test_a_sweep_takes_what_nobody_holds_and_what_was_left_half_way(store):
    store.put(b"held", "me")
    store.put(b"leased")
    (store.root / "arriving" / "left").write_bytes(b"half")
    assert store.sweep() == 0
    os.utime(store.root / "arriving" / "left", (0, 0))
    assert store.sweep(seconds=-1) == 1
    assert list(map(store.get, store.keys())) == [b"held"]
    assert not list((store.root / "arriving").iterdir())


def test_an_open_blob_can_be_read_to_its_end_after_it_was_deleted(store):
    store.put(PICTURE, "me")
    with store.open(KEY) as file:
        store.release(KEY, "me")
        assert file.read() == PICTURE


def test_many_threads_holding_and_releasing_the_same_blob_lose_nothing(store):
    failures: list[str] = []

    def use(holder: str) -> None:
        for _ in range(20):
            store.put(PICTURE, holder)
            if store.get(KEY) != PICTURE:
                failures.append(holder)
            store.release(KEY, holder)

    threads = [threading.Thread(target=use, args=(f"thread:{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(store.keys()) == []


# A child kills itself with SIGKILL at the n-th step that Python tells of (each file opened, renamed, deleted, locked).
# It is forked anew for n = 1, 2, ... until it comes through; the parent looks at what each one left.
KILLED = """
import os, signal, sys
from pathlib import Path
from ganvas.storage.blobs import Store, DATA_NAME

PICTURE = b"a picture" * 1000
STEPS = ("open", "os.", "fcntl.", "shutil.")

def die_at(step):
    left = [step]
    def watch(event, arguments):
        if event.startswith(STEPS):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)

def killed_at(step, act):
    child = os.fork()
    if not child:
        die_at(step)
        act()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

def whole(store):
    for path in store.root.glob("blobs/*/*/" + DATA_NAME):
        assert path.read_bytes() == PICTURE, path

def check(root, prepare, act, holds):
    step = 1
    while True:
        store = Store(Path(root) / str(step))
        prepare(store)
        died = killed_at(step, lambda: act(store))
        whole(store)
        for holder in store.holders(KEY):
            assert store.get(KEY) == PICTURE
        if holds:
            assert store.get(KEY) == PICTURE and "other" in store.holders(KEY)
        store.put(PICTURE, "later")
        assert store.get(KEY) == PICTURE
        for holder in store.holders(KEY):
            store.release(KEY, holder)
        store.sweep(-1)
        assert not list(store.keys()) and not list(store.root.glob("arriving/*"))
        assert not list(store.root.glob("blobs/*/*"))
        if not died:
            return step
        step += 1

import hashlib
KEY = hashlib.sha256(PICTURE).hexdigest()
nothing = lambda store: None
steps = [
    check(sys.argv[1] + "/put", nothing, lambda s: s.put(PICTURE), False),
    check(sys.argv[1] + "/put_held", nothing, lambda s: s.put(PICTURE, "me"), False),
    check(sys.argv[1] + "/put_again", lambda s: s.put(PICTURE, "other"), lambda s: s.put(PICTURE, "me"), True),
    check(sys.argv[1] + "/hold", lambda s: s.put(PICTURE, "other"), lambda s: s.hold(KEY, "me"), True),
    check(sys.argv[1] + "/release", lambda s: s.put(PICTURE, "me"), lambda s: s.release(KEY, "me"), False),
    check(sys.argv[1] + "/not_last", lambda s: (s.put(PICTURE, "me"), s.hold(KEY, "other")),
          lambda s: s.release(KEY, "me"), True),
    check(sys.argv[1] + "/sweep", lambda s: s.put(PICTURE), lambda s: s.sweep(-1), False),
]
print(*steps)
"""


def test_a_process_killed_at_any_step_leaves_nothing_half_and_loses_nothing_held(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert run.returncode == 0, run.stderr
    steps = [int(word) for word in run.stdout.split()]
    assert len(steps) == 7
    assert min(steps) > 5


def test_processes_that_are_killed_now_and_then_do_not_disturb_the_others(store, tmp_path):
    code = (
        "import sys; from pathlib import Path; from ganvas.storage.blobs import Store\n"
        "store, picture, n = Store(Path(sys.argv[1])), b'a picture' * 1000, 0\n"
        "while True:\n"
        "    key = store.put(picture, sys.argv[2]); assert store.get(key) == picture; store.release(key, sys.argv[2])\n"
        "    n += 1; print(n, flush=True)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    store.put(PICTURE, "ours")
    command = [sys.executable, "-c", code, str(store.root)]
    started = [
        subprocess.Popen([*command, f"p{n}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        for n in range(3)
    ]
    for process in started:
        assert process.stdout
        for _ in range(20):
            assert process.stdout.readline()
        assert store.get(KEY) == PICTURE
        process.kill()
    ends = [process.communicate() and process.returncode for process in started]
    assert ends == [-signal.SIGKILL] * 3
    assert store.get(KEY) == PICTURE
    assert "ours" in store.holders(KEY)
