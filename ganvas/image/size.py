"""How large a picture is that Ganvas wrote. Knows its four formats; trusts the file, so it is not for photos."""

from pathlib import Path

from PIL.AvifImagePlugin import AvifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from ganvas.errors import BadPhoto
from ganvas.image.kind import ACCEPTED, sniff

FILES = {"jpeg": JpegImageFile, "png": PngImageFile, "webp": WebPImageFile, "avif": AvifImageFile}
HEAD = 4096


def measure(path: Path) -> tuple[int, int]:
    """Width and height of a picture that ``encode`` wrote, without decoding it. Raises BadPhoto for other files."""
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD))
        if kind not in FILES:
            raise BadPhoto(f"{path.name} is a {kind}, which Ganvas does not write.", ACCEPTED)
        file.seek(0)
        with FILES[kind](file) as picture:
            return picture.size
