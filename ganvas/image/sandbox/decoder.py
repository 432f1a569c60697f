"""Decodes one photo to pixels, in a process that is thrown away.

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
from ganvas.image import formats, jpeg_end, png_colour, tiff_planar
from ganvas.image.icc import make_cicp_profile
from ganvas.image.metadata import exif, xmp
from ganvas.image.photo import METADATA_BLOCKS, MIB
from ganvas.image.sandbox import protocol
from ganvas.image.srgb import ColourEncoding, Frame, StripSource, view_as_stored, write_srgb

PILLOW_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF", "tiff": "TIFF", "heic": "HEIF"}
FORMAT_NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP", "avif": "AVIF", "tiff": "TIFF", "heic": "HEIC"}
DECODE_ERRORS = (*exif.EXIF_ERRORS, zlib.error)

DNG_VERSION, NEW_SUBFILE_TYPE, PHOTOMETRIC, BITS_PER_SAMPLE = 50706, 254, 262, 258  # TIFF tags
GREY = {"1", "L", "LA", "I", "I;16", "I;16B"}
NCLX_SEARCH_BYTES = MIB  # bytes of an AVIF or HEIC in which its colour is looked for
BASE_MEMORY = 256 * MIB  # address space of any decode, and for each pixel:
MEMORY_PER_PIXEL = 16  # a WebP has three canvases of four bytes and our own three bytes in memory at a time


def load_decoders() -> None:
    """What is done once, before the first photo: which decoders there are and with how many threads."""
    warnings.simplefilter("ignore")
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.preinit()
    for plugin in ("MpoImagePlugin", "WebPImagePlugin"):  # once here, not for each photo
        import_module(f"PIL.{plugin}")


def decode_file(file: IO[bytes], format: str, max_pixels: int) -> tuple[dict[str, Any], int]:
    """The answer for a photo of a kind with at most so many pixels, and the file in memory that holds it.

    The file holds pixels (height x width x 3), alpha (height x width) and the blocks of metadata, one after another.
    Raises BadPhoto and TooLarge.
    """
    try:
        with open_image(file, format, max_pixels) as image:
            return decode_into_memory(image, file, format, max_pixels)
    except GanvasError:
        raise
    except MemoryError as error:
        right = "Send a smaller photo, or save it as a plain JPEG or PNG."
        raise TooLarge(f"Decoding this {FORMAT_NAMES[format]} needs more memory than allowed.", right) from error
    except Image.DecompressionBombError as error:
        raise make_pixel_limit_error(max_pixels) from error
    except DECODE_ERRORS as error:
        what = f"The {FORMAT_NAMES[format]} is damaged, or of a rare sort: {format_reason(error)}."
        raise BadPhoto(what, "Save it anew, or send another.") from error


def format_reason(error: BaseException) -> str:
    """What a decoder said, on one short line."""
    said = " ".join(str(error).split())
    unclear = not said or isinstance(error, Image.UnidentifiedImageError) or "<" in said
    return "it cannot be read" if unclear else said[:120].rstrip(".")


def make_pixel_limit_error(max_pixels: int) -> TooLarge:
    """The error for more pixels than allowed."""
    return TooLarge(f"The photo has more than {max_pixels / 1e6:g} megapixels.", "Send a smaller one.")


def open_image(file: IO[bytes], format: str, max_pixels: int) -> Image.Image:
    """The image by its header, before its pixels take memory. Raises TooLarge, BadPhoto and what Pillow raises."""
    Image.MAX_IMAGE_PIXELS = max_pixels // 2  # Pillow warns from here and refuses beyond twice of it
    image = Image.open(file, formats=[PILLOW_FORMATS[format]])
    check_size(image.size, max_pixels)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        reject_raw(image)
    limit_decoder_memory(image.size)
    return image


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """Raises TooLarge for more pixels than allowed, BadPhoto for none."""
    if size[0] * size[1] > max_pixels:
        raise make_pixel_limit_error(max_pixels)
    if size[0] < 1 or size[1] < 1:
        raise BadPhoto("The photo has no pixels.", formats.ACCEPTED_FORMATS)


def reject_raw(image: TiffImagePlugin.TiffImageFile) -> None:
    """A camera's raw file is a TIFF whose first picture is a thumbnail: better no picture than that one."""
    if DNG_VERSION in image.tag_v2 or image.tag_v2.get(NEW_SUBFILE_TYPE) == 1:
        raise BadPhoto("The file is a camera's raw file.", "Develop it first and send a JPEG, TIFF or PNG.")


def limit_decoder_memory(size: tuple[int, int]) -> None:
    """Hold this process to what a photo of this size needs, where that is less than it was given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    enough = BASE_MEMORY + MEMORY_PER_PIXEL * size[0] * size[1]
    if sys.platform == "linux" and (soft == resource.RLIM_INFINITY or enough < soft):
        resource.setrlimit(resource.RLIMIT_AS, (enough, hard))


def decode_into_memory(image: Image.Image, file: IO[bytes], format: str, max_pixels: int) -> tuple[dict[str, Any], int]:
    """Pixels, alpha and metadata of an opened image in a file in memory, and what is where."""
    load = FRAME_READERS.get(format, load_image)
    early = load(image, file) if format in {"png", "tiff"} else None  # EXIF after the pixels; Pillow turns a TIFF
    turn = exif.read_orientation(image)
    found = exif.extract_exif(image) | xmp.extract_xmp(image)
    blocks = {name: found[name] for name in METADATA_BLOCKS if name in found}
    ink = read_colour_encoding(image, file, format)
    source = load(image, file) if early is None else early
    check_size(source.size, max_pixels)
    width, height = source.size if turn < 5 else source.size[::-1]
    area = width * height
    out = protocol.create_memory_file()
    os.ftruncate(out, area * 4 + sum(map(len, blocks.values())))
    memory = mmap.mmap(out, 0)
    pixels = np.frombuffer(memory, np.uint8, area * 3).reshape(height, width, 3)
    alpha = np.frombuffer(memory, np.uint8, area, area * 3).reshape(height, width)
    clear = write_srgb(source, ink, view_as_stored(pixels, turn), view_as_stored(alpha, turn))
    memory[area * 4 :] = b"".join(blocks.values())
    lengths = {key: len(block) for key, block in blocks.items()}
    return {"height": height, "width": width, "alpha": clear, "blocks": lengths}, out


def read_colour_encoding(image: Image.Image, file: IO[bytes], format: str) -> ColourEncoding:
    """How the numbers of an opened image mean colours."""
    profile = image.info.get("icc_profile")
    if not profile and format in {"avif", "heic"}:
        file.seek(0)
        points = formats.read_nclx(file.read(NCLX_SEARCH_BYTES))
        profile = make_cicp_profile(*points) if points else None
    if format == "png":
        profile = png_colour.find_profile(file, profile, image.mode in GREY)
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return ColourEncoding(profile)
    bits = image.tag_v2.get(BITS_PER_SAMPLE, (16,))[0]
    return ColourEncoding(
        profile, white_level=4095 if bits == 12 else 65535, is_negative=image.tag_v2.get(PHOTOMETRIC) == 0
    )


def load_image(image: Image.Image, file: IO[bytes]) -> StripSource:
    """An image as Pillow keeps it."""
    image.load()
    return image


def read_webp_frame(image: Image.Image, file: IO[bytes]) -> StripSource:
    """The first frame of a WebP. libwebp holds two canvases of it; Pillow would add two more copies to them."""
    held = cast(Any, image)
    found = held._decoder.get_next()
    held._decoder = None
    if found is None:
        raise BadPhoto("The WebP is damaged: its first frame cannot be read.", "Save it anew, or send another.")
    return Frame(found[0], image.size, held.rawmode)


def jpeg_frame(image: Image.Image, file: IO[bytes]) -> StripSource:
    """A JPEG, also one that lacks nothing but the two bytes at its end."""
    try:
        return load_image(image, file)
    except OSError:
        if whole := jpeg_end.read_without_end(file):
            return whole
        raise


def tiff_frame(image: Image.Image, file: IO[bytes]) -> StripSource:
    """A TIFF, by ourselves where Pillow would read it wrongly."""
    if isinstance(image, TiffImagePlugin.TiffImageFile) and tiff_planar.is_misread(image):
        return tiff_planar.read_planes(image, file)
    return load_image(image, file)


FRAME_READERS: dict[str, Callable[[Image.Image, IO[bytes]], StripSource]] = {
    "webp": read_webp_frame,
    "jpeg": jpeg_frame,
    "tiff": tiff_frame,
}
