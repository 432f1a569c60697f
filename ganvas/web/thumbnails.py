"""Small pictures for the history: made when they are first looked at, and gone with their picture. Knows no page."""

import threading

from ganvas.errors import NotFound
from ganvas.image import Limits, decode, encode
from ganvas.ledger import history
from ganvas.stylize import reduce
from ganvas.web.parts import Parts

EDGE = 480
QUALITY = 80
AT_ONCE = 2  # a page of the history asks for many
HANDS = threading.BoundedSemaphore(AT_ONCE)


def find_thumbnail(parts: Parts, owner: str, id: str) -> str:
    """The key of the thumbnail of an owner's picture, made now where there is none yet. Raises NotFound."""
    desk = parts.shop.desk
    with desk.database.read() as session:
        row = history.get(session, owner, id)
    if row.thumbnail and is_kept(parts, row.thumbnail):
        return row.thumbnail
    with HANDS:
        data = shrink(parts, row.key)
    key = parts.store.put(data)
    with desk.database.write() as session:
        row = history.get(session, owner, id)
        row.thumbnail, row.held = key, False
    desk.keep.hold_picture(row)
    return key


def is_kept(parts: Parts, key: str) -> bool:
    """Whether the store has it."""
    try:
        parts.store.path(key)
    except NotFound:
        return False
    return True


def shrink(parts: Parts, key: str) -> bytes:
    """The picture as a small WebP. Raises NotFound."""
    most = max(parts.settings.max_bytes, parts.store.path(key).stat().st_size)
    picture = decode(parts.store.get(key), Limits(bytes=most, pixels=parts.settings.max_pixels))
    return encode(reduce(picture, EDGE), "webp", QUALITY)
