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
from ganvas.jobs.request import InputPhoto, JobLimits, JobRequest, PictureSettings
from ganvas.jobs.retention import BlobReferences
from ganvas.jobs.runtime import JobRuntime
from ganvas.jobs.worker import Worker
from ganvas.ledger.models import JobRow
from ganvas.settings import Settings
from ganvas.storage.blobs import Store
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, save_style
from ganvas.stylize import stylize

PHOTO_COUNT = 25
OWNER_COUNT = 3
PICTURE_SETTINGS = PictureSettings(format="png")
KILL_POINTS: dict[
    str, tuple[type, str, bool]
] = {  # where a worker may die: of which class, in which method, before or after
    "before the blob": (Store, "put", True),
    "between the blob and its record": (Store, "put", False),
    "while it is begun": (Worker, "start_part", False),
    "before the record": (Worker, "write_outcome", True),
    "between the record and its hold": (Worker, "write_outcome", False),
    "between the hold and the end of the step": (BlobReferences, "hold_picture", False),
}
KILL_POINT_NAMES = tuple(KILL_POINTS)


def invert_batch(x: Any) -> Any:
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
    save_style(model, style, folder / "styles" / "negative.onnx")


def open_soak_runtime(folder: Path, database: str) -> JobRuntime:
    """The jobs of a soak."""
    settings = Settings(data=folder, database=database)
    engine = Engine(Catalog([folder / "styles"]), lambda path: invert_batch)
    runtime = JobRuntime(settings, engine, Store(folder / "store"))
    runtime.service.limits = JobLimits(owner_jobs=10**6, owner_pictures=10**6)
    return runtime


def make_photo(number: int) -> bytes:
    """One of PHOTOS small photos."""
    grey = Image.linear_gradient("L").resize((64, 48)).point([level // 2 + number for level in range(256)])
    out = io.BytesIO()
    grey.save(out, "png")
    return out.getvalue()


def compute_expected_keys(folder: Path) -> dict[str, str]:
    """The key that the picture of each photo must have, computed apart."""
    engine = Engine(Catalog([folder / "styles"]), lambda path: invert_batch)
    store = Store(folder / "expected")
    ask = PICTURE_SETTINGS.build_ask("negative@1", None)
    return {f"{number}.png": stylize(engine, store, make_photo(number), ask).key for number in range(PHOTO_COUNT)}


def submit_jobs(runtime: JobRuntime, jobs: int) -> None:
    """Ask for each job that is not there yet; each has a name and one photo."""
    with runtime.service.database.open_read_session() as session:
        there = set(session.scalars(select(JobRow.name)))
    for number in range(jobs):
        if f"job {number}" not in there:
            given = InputPhoto(f"{number % PHOTO_COUNT}.png", runtime.store.put(make_photo(number % PHOTO_COUNT)))
            order = JobRequest([given], ["negative"], PICTURE_SETTINGS, name=f"job {number}")
            runtime.service.submit(f"owner-{number % OWNER_COUNT}", order)


def arm_kill_point(point: str) -> None:
    """Let this process kill itself when it comes to a named point for the so manieth time."""
    name, _, times = point.partition(":")
    owner, method, before = KILL_POINTS[name]
    inner: Callable[..., Any] = getattr(owner, method)
    left = [int(times)]

    def run_step(*given: Any) -> Any:
        if before:
            kill_when_zero(left)
        result = inner(*given)
        if not before:
            kill_when_zero(left)
        return result

    setattr(owner, method, run_step)


def kill_when_zero(left: list[int]) -> None:
    """Die at zero."""
    left[0] -= 1
    if left[0] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


def run_process(folder: Path, database: str, role: str, argument: str) -> None:
    """Be one process of a soak: ``ask`` for so many jobs, or ``work`` until killed, perhaps at POINT:TIMES."""
    with (folder / "log").open("ab") as log:
        os.dup2(log.fileno(), 2)
    runtime = open_soak_runtime(folder, database)
    if role == "ask":
        submit_jobs(runtime, int(argument))
        runtime.close()
        return
    if argument:
        arm_kill_point(argument)
    runtime.start_worker()
    (folder / f"begun-{os.getpid()}").touch()
    threading.Event().wait()
