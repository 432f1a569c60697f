"""The processes of a soak: one that asks for jobs, one that does them and may kill itself at a named point.

It knows where the steps of the work begin and end, and how to die there; the package itself knows nothing of this.
"""

import io
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper
from PIL import Image
from sqlalchemy import select

from ganvas.engine.engine import Engine
from ganvas.jobs.keep import Keep
from ganvas.jobs.order import Given, Most, Order, Wanted
from ganvas.jobs.shop import Shop
from ganvas.jobs.worker import Worker
from ganvas.ledger.models import Job
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.style import Catalog, Style, save
from ganvas.stylize import stylize

PHOTOS = 25
OWNERS = 3
WANTED = Wanted(format="png")
PLACES: dict[
    str, tuple[type, str, bool]
] = {  # where a worker may die: of which class, in which method, before or after
    "before the blob": (Store, "put", True),
    "between the blob and its record": (Store, "put", False),
    "while it is begun": (Worker, "begin", False),
    "before the record": (Worker, "record", True),
    "between the record and its hold": (Worker, "record", False),
    "between the hold and the end of the step": (Keep, "hold_picture", False),
}
POINTS = tuple(PLACES)


def negative(x: Any) -> Any:
    """A network that takes no time."""
    return -x


def write_styles(folder: Path) -> None:
    """A catalogue of one style, the negative."""
    (folder / "styles").mkdir(parents=True, exist_ok=True)
    sides = ["n", 3, "h", "w"]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, sides) for name in "xy")
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "style", [x], [y])
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    style = Style("negative", {"en": "Negative"}, method="soak", halo=0, canvas=256, licence="CC0-1.0")
    save(model, style, folder / "styles" / "negative.onnx")


def open_shop(folder: Path, database: str) -> Shop:
    """The jobs of a soak."""
    settings = Settings(data=folder, database=database)
    engine = Engine(Catalog([folder / "styles"]), lambda path: negative)
    shop = Shop(settings, engine, Store(folder / "store"))
    shop.desk.most = Most(jobs=10**6, waiting=10**6)
    return shop


def photo(number: int) -> bytes:
    """One of PHOTOS small photos."""
    grey = Image.linear_gradient("L").resize((64, 48)).point([level // 2 + number for level in range(256)])
    out = io.BytesIO()
    grey.save(out, "png")
    return out.getvalue()


def expected_keys(folder: Path) -> dict[str, str]:
    """The key that the picture of each photo must have, computed apart."""
    engine = Engine(Catalog([folder / "styles"]), lambda path: negative)
    store = Store(folder / "expected")
    ask = WANTED.ask("negative@1", None)
    return {f"{number}.png": stylize(engine, store, photo(number), ask).key for number in range(PHOTOS)}


def ask_for_jobs(shop: Shop, jobs: int) -> None:
    """Ask for each job that is not there yet; each has a name and one photo."""
    with shop.desk.database.read() as session:
        there = set(session.scalars(select(Job.name)))
    for number in range(jobs):
        if f"job {number}" not in there:
            given = Given(f"{number % PHOTOS}.png", shop.store.put(photo(number % PHOTOS)))
            order = Order([given], ["negative"], WANTED, name=f"job {number}")
            shop.desk.submit(f"owner-{number % OWNERS}", order)


def arm(point: str) -> None:
    """Let this process kill itself when it comes to a named point for the so manieth time."""
    name, _, times = point.partition(":")
    owner, method, before = PLACES[name]
    inner: Callable[..., Any] = getattr(owner, method)
    left = [int(times)]

    def step(*given: Any) -> Any:
        if before:
            count_down(left)
        result = inner(*given)
        if not before:
            count_down(left)
        return result

    setattr(owner, method, step)


def count_down(left: list[int]) -> None:
    """Die at zero."""
    left[0] -= 1
    if left[0] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


def be(folder: Path, database: str, what: str, how: str) -> None:
    """Be one process of a soak: ``ask`` for so many jobs, or ``work`` until killed, perhaps at POINT:TIMES."""
    with (folder / "log").open("ab") as log:
        os.dup2(log.fileno(), 2)
    shop = open_shop(folder, database)
    if what == "ask":
        ask_for_jobs(shop, int(how))
        shop.end()
        return
    if how:
        arm(how)
    shop.begin()
    (folder / f"begun-{os.getpid()}").touch()
    threading.Event().wait()
