"""One photo from bytes to pixels. Runs in a process that is thrown away; knows Pillow, nothing of processes.

Everything here may meet hostile bytes. What Pillow and its libraries raise on them becomes one clear error; what they
do instead of raising (crash, hang, eat memory) is ended from outside.
"""

import mmap
import os
import resource
import sys
import warnings
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any, cast

import numpy as np
import pi_heif
from PIL import AvifImagePlugin, Image, TiffImagePlugin

from ganvas.errors import BadPhoto, GanvasError, TooLarge
from ganvas.image import exif, jpeg_end, kind, png_colour, tiff_planar, wire, xmp
from ganvas.image.photo import BLOCKS, MIB
from ganvas.image.profile import by_code
from ganvas.image.raster import Frame, Ink, Source, as_stored, paint

PLUGINS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF", "tiff": "TIFF", "heic": "HEIF"}
NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP", "avif": "AVIF", "tiff": "TIFF", "heic": "HEIC"}
DAMAGE = (*exif.EXIF_ERRORS, zlib.error)

DNG_VERSION, NEW_SUBFILE_TYPE, PHOTOMETRIC, BITS = 50706, 254, 262, 258  # TIFF tags
GREY = {"1", "L", "LA", "I", "I;16", "I;16B"}
HEAD = MIB  # bytes of an AVIF or HEIC in which its colour is looked for
ROOM = 256 * MIB  # address space of any decode, and for each pixel:
ROOM_FOR_A_PIXEL = 16  # a WebP has three canvases of four bytes and our own three bytes in memory at a time


def prepare() -> None:
    """What is done once, before the first photo: which decoders there are and with how many threads."""
    warnings.simplefilter("ignore")
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.preinit()
    for plugin in ("MpoImagePlugin", "WebPImagePlugin"):  # once here, not for each photo
        import_module(f"PIL.{plugin}")


def decode(file: IO[bytes], name: str, most: int) -> tuple[dict[str, Any], int]:
    """The answer for a photo of a kind with at most so many pixels, and the file in memory that holds it.

    The file holds pixels (height x width x 3), alpha (height x width) and the blocks of metadata, one after another.
    Raises BadPhoto and TooLarge.
    """
    try:
        with opened(file, name, most) as image:
            return answered(image, file, name, most)
    except GanvasError:
        raise
    except MemoryError as error:
        right = "Send a smaller photo, or save it as a plain JPEG or PNG."
        raise TooLarge(f"Decoding this {NAMES[name]} needs more memory than allowed.", right) from error
    except Image.DecompressionBombError as error:
        raise too_many(most) from error
    except DAMAGE as error:
        what = f"The {NAMES[name]} is damaged, or of a rare sort: {reason(error)}."
        raise BadPhoto(what, "Save it anew, or send another.") from error


def reason(error: BaseException) -> str:
    """What a decoder said, on one short line."""
    said = " ".join(str(error).split())
    unclear = not said or isinstance(error, Image.UnidentifiedImageError) or "<" in said
    return "it cannot be read" if unclear else said[:120].rstrip(".")


def too_many(most: int) -> TooLarge:
    """The error for more pixels than allowed."""
    return TooLarge(f"The photo has more than {most / 1e6:g} megapixels.", "Send a smaller one.")


def opened(file: IO[bytes], name: str, most: int) -> Image.Image:
    """The image by its header, before its pixels take memory. Raises TooLarge, BadPhoto and what Pillow raises."""
    Image.MAX_IMAGE_PIXELS = most // 2  # Pillow warns from here and refuses beyond twice of it
    image = Image.open(file, formats=[PLUGINS[name]])
    check_size(image.size, most)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        refuse_raw(image)
    limit_memory(image.size)
    return image


def check_size(size: tuple[int, int], most: int) -> None:
    """Raises TooLarge for more pixels than allowed, BadPhoto for none."""
    if size[0] * size[1] > most:
        raise too_many(most)
    if size[0] < 1 or size[1] < 1:
        raise BadPhoto("The photo has no pixels.", kind.ACCEPTED)


def refuse_raw(image: TiffImagePlugin.TiffImageFile) -> None:
    """A camera's raw file is a TIFF whose first picture is a thumbnail: better no picture than that one."""
    if DNG_VERSION in image.tag_v2 or image.tag_v2.get(NEW_SUBFILE_TYPE) == 1:
        raise BadPhoto("The file is a camera's raw file.", "Develop it first and send a JPEG, TIFF or PNG.")


def limit_memory(size: tuple[int, int]) -> None:
    """Hold this process to what a photo of this size needs, where that is less than it was given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    enough = ROOM + ROOM_FOR_A_PIXEL * size[0] * size[1]
    if sys.platform == "linux" and (soft == resource.RLIM_INFINITY or enough < soft):
        resource.setrlimit(resource.RLIMIT_AS, (enough, hard))


def answered(image: Image.Image, file: IO[bytes], name: str, most: int) -> tuple[dict[str, Any], int]:
    """Pixels, alpha and metadata of an opened image in a file in memory, and what is where."""
    load = FRAMES.get(name, loaded)
    early = load(image, file) if name in {"png", "tiff"} else None  # EXIF after the pixels; Pillow turns a TIFF
    turn = exif.orientation(image)
    found = exif.kept(image) | xmp.kept(image)
    blocks = {name: found[name] for name in BLOCKS if name in found}
    ink = ink_of(image, file, name)
    source = load(image, file) if early is None else early
    check_size(source.size, most)
    width, height = source.size if turn < 5 else source.size[::-1]
    area = width * height
    out = wire.blank_file()
    os.ftruncate(out, area * 4 + sum(map(len, blocks.values())))
    memory = mmap.mmap(out, 0)
    pixels = np.frombuffer(memory, np.uint8, area * 3).reshape(height, width, 3)
    alpha = np.frombuffer(memory, np.uint8, area, area * 3).reshape(height, width)
    clear = paint(source, ink, as_stored(pixels, turn), as_stored(alpha, turn))
    memory[area * 4 :] = b"".join(blocks.values())
    lengths = {key: len(block) for key, block in blocks.items()}
    return {"height": height, "width": width, "alpha": clear, "blocks": lengths}, out


def ink_of(image: Image.Image, file: IO[bytes], name: str) -> Ink:
    """How the numbers of an opened image mean colours."""
    profile = image.info.get("icc_profile")
    if not profile and name in {"avif", "heic"}:
        file.seek(0)
        points = kind.nclx(file.read(HEAD))
        profile = by_code(*points) if points else None
    if name == "png":
        profile = png_colour.find_profile(file, profile, image.mode in GREY)
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return Ink(profile)
    bits = image.tag_v2.get(BITS, (16,))[0]
    return Ink(profile, white=4095 if bits == 12 else 65535, negative=image.tag_v2.get(PHOTOMETRIC) == 0)


def loaded(image: Image.Image, file: IO[bytes]) -> Source:
    """An image as Pillow keeps it."""
    image.load()
    return image


def webp_frame(image: Image.Image, file: IO[bytes]) -> Source:
    """The first frame of a WebP. libwebp holds two canvases of it; Pillow would add two more copies to them."""
    held = cast(Any, image)
    found = held._decoder.get_next()
    held._decoder = None
    if found is None:
        raise BadPhoto("The WebP is damaged: its first frame cannot be read.", "Save it anew, or send another.")
    return Frame(found[0], image.size, held.rawmode)


def jpeg_frame(image: Image.Image, file: IO[bytes]) -> Source:
    """A JPEG, also one that lacks nothing but the two bytes at its end."""
    try:
        return loaded(image, file)
    except OSError:
        if whole := jpeg_end.read_without_end(file):
            return whole
        raise


def tiff_frame(image: Image.Image, file: IO[bytes]) -> Source:
    """A TIFF, by ourselves where Pillow would read it wrongly."""
    if isinstance(image, TiffImagePlugin.TiffImageFile) and tiff_planar.is_misread(image):
        return tiff_planar.read_planes(image, file)
    return loaded(image, file)


FRAMES: dict[str, Callable[[Image.Image, IO[bytes]], Source]] = {
    "webp": webp_frame,
    "jpeg": jpeg_frame,
    "tiff": tiff_frame,
}
