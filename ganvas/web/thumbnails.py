"""Small pictures for the history: made when they are first looked at, and gone with their picture."""

from anyio import to_thread

from ganvas.errors import NotFound
from ganvas.image import DecodeLimits, decode, encode
from ganvas.ledger import history
from ganvas.stylize import reduce_photo
from ganvas.web.services import Services

LONG_EDGE = 480
QUALITY = 80
MAX_CONCURRENT = 2  # are made; a page of the history asks for many


async def get_or_create_thumbnail(services: Services, owner: str, id: str) -> str:
    """The key of the thumbnail of an owner's picture, made now where there is none yet. Raises NotFound.

    Of all who ask for one at the same time, one makes it.
    """
    if key := await to_thread.run_sync(find_made, services, owner, id):
        return key
    async with services.thumbnails.enter(id):
        return await to_thread.run_sync(make_thumbnail, services, owner, id)


def find_made(parts: Services, owner: str, id: str) -> str:
    """The key of a thumbnail that is made already, or nothing. Raises NotFound."""
    with parts.job_runtime.service.database.open_read_session() as session:
        key = history.get_picture(session, owner, id).thumbnail
    return key if key and is_stored(parts, key) else ""


def make_thumbnail(parts: Services, owner: str, id: str) -> str:
    """Make it, unless another did meanwhile; its key. Runs in a thread. Raises NotFound."""
    if key := find_made(parts, owner, id):
        return key
    service = parts.job_runtime.service
    with service.database.open_read_session() as session:
        picture = history.get_picture(session, owner, id).key
    key = parts.store.put(encode_thumbnail(parts, picture))
    with service.database.open_write_session() as session:
        row = history.get_picture(session, owner, id)
        row.thumbnail, row.held = key, False
    service.references.hold_picture(row)
    return key


def is_stored(services: Services, key: str) -> bool:
    """Whether the store has it."""
    try:
        services.store.path(key)
    except NotFound:
        return False
    return True


def encode_thumbnail(services: Services, key: str) -> bytes:
    """The picture as a small WebP. Raises NotFound."""
    most = max(services.settings.max_bytes, services.store.path(key).stat().st_size)
    picture = decode(services.store.get(key), DecodeLimits(bytes=most, pixels=services.settings.max_pixels))
    return encode(reduce_photo(picture, LONG_EDGE), "webp", QUALITY)
