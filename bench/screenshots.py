"""Takes all pictures of the page that the documents show, again: ``python -m bench.screenshots [PHOTO...]``.

Run by hand when the page or a style has changed, with the page built and chromium there; it takes some minutes. Photos
must be ones that may be shown; without any, FREE ones of the data sets are taken (CC0). Some show the page in Chinese,
so a font that has it must be there. It knows which pictures there are to be, and leaves how each is taken to
``tests.page``.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from ganvas.settings import Settings
from tests.page import screenshots, screenshots_jobs

SCREENSHOTS_FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CC0_PHOTOS = ("lake-sherburne", "casa-mila", "ocean-waves", "tea-gardens", "oakland-zoo-otters")


def main() -> None:
    """Take them all, and keep those that the documents show: a picture that is not there yet is named, not added."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--into", type=Path, default=SCREENSHOTS_FOLDER)
    said = parser.parse_args()
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=True).stdout:
        raise SystemExit("Pictures of the page in Chinese need a font that has it: apt-get install fonts-wqy-microhei")
    photos = said.photos or [Settings().data_sets / "photos" / f"budgie_{name}.jpg" for name in CC0_PHOTOS]
    with tempfile.TemporaryDirectory(prefix="ganvas-pictures-") as name:
        taken = Path(name)
        screenshots.capture_studio(taken, photos)
        screenshots_jobs.capture_jobs(taken, photos)
        for picture in sorted(taken.glob("*.png")):
            shown = said.into != SCREENSHOTS_FOLDER or (SCREENSHOTS_FOLDER / picture.name).is_file()
            print(picture.name if shown else f"{picture.name} is shown nowhere")
            if shown:
                said.into.mkdir(parents=True, exist_ok=True)
                (said.into / picture.name).write_bytes(picture.read_bytes())


if __name__ == "__main__":
    main()
