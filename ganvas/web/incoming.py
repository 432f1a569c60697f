"""The form that asks for a job: photos and ZIPs into the store, fields into an order. Knows forms, sets no limits."""

import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartParser

from ganvas.errors import BadPhoto, GanvasError, TooLarge
from ganvas.jobs.archive import Room, is_zip, unpack
from ganvas.jobs.order import Given, Most, Order, clean
from ganvas.names import show_name
from ganvas.store import Store
from ganvas.web.shapes_jobs import JobWish, said

HEAD = 4
SPOOL = 64 << 10  # bytes of a file that stay in memory while a form is read: a job has thousands of files
MOST_FIELDS = 200
FILES = {"photos", "mask"}
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photos", "style"],
                    "properties": {
                        "photos": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "photos and ZIPs of photos; names may have folders",
                        },
                        "mask": {"type": "string", "format": "binary", "description": "one mask for all photos"},
                        **JobWish.model_json_schema()["properties"],
                    },
                }
            }
        },
    }
}


MultiPartParser.spool_max_size = SPOOL


@asynccontextmanager
async def read_form(request: Request, most: Most) -> AsyncGenerator[FormData]:
    """The form, its files on the disk until they are read."""
    async with request.form(max_files=most.parts + 1, max_fields=MOST_FIELDS, max_part_size=64 << 10) as form:
        yield form


def read_wish(form: FormData) -> JobWish:
    """The fields beside the files. Raises RequestValidationError, which names the field."""
    fields: dict[str, object] = {}
    for name, value in form.multi_items():
        if name in FILES:
            continue
        if name == "style":
            styles = cast(list[object], fields.setdefault("style", []))
            styles += str(value).split(",") if isinstance(value, str) else [value]
        else:
            fields[name] = value
    try:
        return JobWish.model_validate(fields)
    except ValidationError as error:
        located = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors()]
        raise RequestValidationError(located) from error


class Arrivals:
    """The blobs that came in one body, under one lease: they stay when it is taken, and are gone when it is not."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lease = uuid.uuid4().hex
        self.keys: set[str] = set()

    def put(self, data: bytes) -> str:
        """Keep the bytes; their key."""
        key = self.store.put(data, lease=self.lease)
        self.keys.add(key)
        return key

    def __enter__(self) -> "Arrivals":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for key in self.keys if kind else ():
            self.store.give_up(key, self.lease)


def describe_wish(wish: JobWish) -> Order:
    """The order that a form asks for, still without its files."""
    return Order([], list(dict.fromkeys(wish.style)), said(wish), None, wish.name, wish.priority)


def take_in(form: FormData, order: Order, arrivals: Arrivals, room: Room) -> Order:
    """The order with its photos and mask, which are in the store now. Runs in a thread.

    The room is for all files together. Raises BadPhoto and TooLarge for a ZIP that is refused, and where no photo is
    left.
    """
    photos = [
        describe_photo(name, data, arrivals)
        for file in form.getlist("photos")
        if isinstance(file, UploadFile) and file.size
        for name, data in read_file(file, room)
    ]
    if photos and all(photo.error for photo in photos):
        raise TooLarge(**photos[0].error or {})
    mask = form.get("mask")
    return replace(order, photos=photos, mask=read_mask(mask, arrivals, room) if isinstance(mask, UploadFile) else None)


def read_mask(mask: UploadFile, arrivals: Arrivals, room: Room) -> str | None:
    """The key of a mask, which is in the store now; None for an empty file. Raises TooLarge."""
    if (mask.size or 0) > room.each:
        raise TooLarge(f"The mask is over {room.each >> 20} MiB.", "Make it smaller.")
    return arrivals.put(mask.file.read()) if mask.size else None


def describe_photo(name: str, data: bytes | GanvasError, arrivals: Arrivals) -> Given:
    """A photo that came, which is put into the store, or one that could not be had, with the reason."""
    if isinstance(data, GanvasError):
        return Given(name, "", {"what": data.what, "right": data.right})
    return Given(name, arrivals.put(data))


def read_file(file: UploadFile, room: Room) -> Iterator[tuple[str, bytes | GanvasError]]:
    """The photos in one file that was sent: itself, or what is in the ZIP. A photo that is too large fails alone."""
    head = file.file.read(HEAD)
    file.file.seek(0)
    name = clean(file.filename or "photo")
    if not is_zip(head):
        if room.files < 1:
            raise TooLarge("The job has more photos than there is room for.", "Send several jobs.")
        room.take(file.size or 0)
        yield name, read_photo(file, name, room)
        return
    try:
        yield from unpack(file.file, room)
    except (BadPhoto, TooLarge) as error:
        raise type(error)(f"{name}: {error.what}", error.right) from error


def read_photo(file: UploadFile, name: str, room: Room) -> bytes | GanvasError:
    """A photo's bytes, or why they are not read."""
    if (file.size or 0) > room.each:
        return TooLarge(f"'{show_name(name)}' is over {room.each >> 20} MiB.", "Leave it out, or make it smaller.")
    return file.file.read()
