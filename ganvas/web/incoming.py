"""The form that asks for a job: photos and ZIPs into the store, fields into an order. Knows forms, sets no limits."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from ganvas.errors import BadPhoto, GanvasError, TooLarge
from ganvas.jobs.archive import Room, is_zip, unpack
from ganvas.jobs.order import Given, Most, Order, clean
from ganvas.settings import Settings
from ganvas.store import Store
from ganvas.web.shapes_jobs import JobWish, said

HEAD = 4
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


def take_in(form: FormData, wish: JobWish, store: Store, settings: Settings, most: Most) -> Order:
    """The order, its photos in the store. Runs in a thread. Raises BadPhoto and TooLarge for a ZIP that is refused."""
    photos = [
        describe_photo(name, data, store)
        for file in form.getlist("photos")
        if isinstance(file, UploadFile) and file.size
        for name, data in read_file(file, Room(most.parts, settings.job_bytes, settings.max_bytes))
    ]
    mask = form.get("mask")
    return Order(
        photos,
        wish.style,
        said(wish),
        store.put(mask.file.read()) if isinstance(mask, UploadFile) and mask.size else None,
        wish.name,
        wish.priority,
    )


def describe_photo(name: str, data: bytes | GanvasError, store: Store) -> Given:
    """A photo that came, which is put into the store, or one of a ZIP that could not be had, with the reason."""
    if isinstance(data, GanvasError):
        return Given(name, "", {"what": data.what, "right": data.right})
    return Given(name, store.put(data))


def read_file(file: UploadFile, room: Room) -> Iterator[tuple[str, bytes | GanvasError]]:
    """The photos in one file that was sent: itself, or what is in the ZIP. A photo that is too large fails alone."""
    head = file.file.read(HEAD)
    file.file.seek(0)
    name = file.filename or "photo"
    if not is_zip(head):
        yield clean(name), file.file.read()
        return
    try:
        yield from unpack(file.file, room)
    except (BadPhoto, TooLarge) as error:
        raise type(error)(f"{clean(name)}: {error.what}", error.right) from error
