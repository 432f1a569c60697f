"""Small pictures for the history: made when they are first looked at, and gone with their picture. Knows no page."""

from anyio import to_thread

from ganvas.errors import NotFound
from ganvas.image import Limits, decode, encode
from ganvas.ledger import history
from ganvas.stylize import reduce
from ganvas.web.parts import Parts

EDGE = 480
QUALITY = 80
AT_ONCE = 2  # are made; a page of the history asks for many


async def find_thumbnail(parts: Parts, owner: str, id: str) -> str:
    """The key of the thumbnail of an owner's picture, made now where there is none yet. Raises NotFound.

    Of all who ask for one at the same time, one makes it.
    """
    if key := await to_thread.run_sync(find_made, parts, owner, id):
        return key
    async with parts.thumbnails.enter(id):
        return await to_thread.run_sync(make_thumbnail, parts, owner, id)


def find_made(parts: Parts, owner: str, id: str) -> str:
    """The key of a thumbnail that is made already, or nothing. Raises NotFound."""
    with parts.shop.desk.database.read() as session:
        key = history.get(session, owner, id).thumbnail
    return key if key and is_kept(parts, key) else ""


def make_thumbnail(parts: Parts, owner: str, id: str) -> str:
    """Make it, unless another did meanwhile; its key. Runs in a thread. Raises NotFound."""
    if key := find_made(parts, owner, id):
        return key
    desk = parts.shop.desk
    with desk.database.read() as session:
        picture = history.get(session, owner, id).key
    key = parts.store.put(shrink(parts, picture))
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
