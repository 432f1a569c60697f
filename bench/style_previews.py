"""The wall of previews: every style on the person's own photo, from the first request to the last picture.

Run by hand (``python -m bench.style_previews``). A server of its own is asked as the page asks: the photo,
reduced to the largest working size of a style, two previews at a time; and then with the photo of 12 megapixels
itself. It knows the API as any client does and nothing of how the server works.
"""

import argparse
import io
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
from PIL import Image

from bench.overload import run_server

DATA_SETS = Path(os.environ.get("GANVAS_DATA_SETS", Path(__file__).parents[2] / "shared" / "data"))
FULL_SIZE = (4000, 3000)
REDUCED_SIZE = (1024, 768)
PREVIEW_EDGE = "640"
CONCURRENT_PREVIEWS = 2
WARM_UP_SECONDS = 60.0  # seconds that a warm server has been up for


def load_resized_photo(size: tuple[int, int]) -> bytes:
    """A photo of this size, as JPEG: the first of the shared photos, resized."""
    path = min((DATA_SETS / "photos").rglob("*.jpg"))
    out = io.BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(out, "jpeg", quality=92)
    return out.getvalue()


def time_previews(client: httpx2.Client, styles: list[str], data: bytes) -> float:
    """Seconds for one wall."""

    def request_preview(style: str) -> None:
        fields = {"style": style, "long_edge": PREVIEW_EDGE, "quality": "92"}
        answer = client.post("/api/v1/pictures", data=fields, files={"photo": ("photo.jpg", data)})
        assert answer.status_code == 201, answer.text
        assert client.get(answer.json()["url"]).status_code == 200

    began = time.perf_counter()
    with ThreadPoolExecutor(CONCURRENT_PREVIEWS) as hands:
        list(hands.map(request_preview, styles))
    return round(time.perf_counter() - began, 2)


def measure_previews(warm: bool, size: tuple[int, int], rounds: int = 3) -> dict[str, object]:
    """The seconds of some walls after one another, on a server that opened its networks before, or did not."""
    data = load_resized_photo(size)
    with (
        run_server({"GANVAS_WARM": "yes" if warm else "no"}) as (url, _),
        httpx2.Client(base_url=url, timeout=300) as client,
    ):
        listed = client.get("/api/v1/styles").json()["styles"]
        styles = [style["name"] for style in listed if style["kind"] == "transfer"]
        time.sleep(WARM_UP_SECONDS if warm else 0)
        seconds = [time_previews(client, styles, data) for _ in range(rounds)]
    return {"photo": f"{size[0]} x {size[1]}", "warm": warm, "styles": len(styles), "seconds": seconds}


def main() -> None:
    """Print the figures, a line a server, and how busy the machine was."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    for warm in (False, True):
        for size in (REDUCED_SIZE, FULL_SIZE):
            print(json.dumps(measure_previews(warm, size) | {"load": os.getloadavg()[0]}), flush=True)


if __name__ == "__main__":
    main()
