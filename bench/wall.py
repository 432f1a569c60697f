"""The wall of previews: every style on the person's own photo, from the first request to the last picture.

Run by hand (``python -m bench.wall``). A server of its own is asked as the page asks: the photo, reduced to the largest
working size of a style, two previews at a time; and then with the photo of 12 megapixels itself. It knows the API as
any client does and nothing of how the server works.
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

from bench.overload import server

DATA_SETS = Path(os.environ.get("GANVAS_DATA_SETS", Path(__file__).parents[2] / "shared" / "data"))
WHOLE = (4000, 3000)
REDUCED = (1024, 768)
PREVIEW = "640"
AT_ONCE = 2
SETTLE = 60.0  # seconds that a warm server has been up for


def photo(size: tuple[int, int]) -> bytes:
    """A photo of this size, as JPEG: the first of the shared photos, resized."""
    path = min((DATA_SETS / "photos").rglob("*.jpg"))
    out = io.BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(out, "jpeg", quality=92)
    return out.getvalue()


def fill(client: httpx2.Client, styles: list[str], data: bytes) -> float:
    """Seconds for one wall."""

    def preview(style: str) -> None:
        fields = {"style": style, "long_edge": PREVIEW, "quality": "92"}
        answer = client.post("/api/v1/pictures", data=fields, files={"photo": ("photo.jpg", data)})
        assert answer.status_code == 201, answer.text
        assert client.get(answer.json()["url"]).status_code == 200

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as hands:
        list(hands.map(preview, styles))
    return round(time.perf_counter() - began, 2)


def measure(warm: bool, size: tuple[int, int], walls: int = 3) -> dict[str, object]:
    """The seconds of some walls after one another, on a server that opened its networks before, or did not."""
    data = photo(size)
    with (
        server({"GANVAS_WARM": "yes" if warm else "no"}) as (url, _),
        httpx2.Client(base_url=url, timeout=300) as client,
    ):
        listed = client.get("/api/v1/styles").json()["styles"]
        styles = [style["name"] for style in listed if style["kind"] == "transfer"]
        time.sleep(SETTLE if warm else 0)
        seconds = [fill(client, styles, data) for _ in range(walls)]
    return {"photo": f"{size[0]} x {size[1]}", "warm": warm, "styles": len(styles), "seconds": seconds}


def main() -> None:
    """Print the figures, a line a server, and how busy the machine was."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    for warm in (False, True):
        for size in (REDUCED, WHOLE):
            print(json.dumps(measure(warm, size) | {"load": os.getloadavg()[0]}), flush=True)


if __name__ == "__main__":
    main()
