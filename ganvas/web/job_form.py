"""Reads the form of a job: stores photos and ZIPs, and builds the request."""

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
from ganvas.filenames import show_name
from ganvas.jobs.archive import ZipLimits, is_zip, unpack_zip
from ganvas.jobs.request import InputPhoto, JobLimits, JobRequest, sanitise_upload_name
from ganvas.storage.blobs import Store
from ganvas.web.schemas.jobs import JobForm, to_picture_settings

MAGIC_BYTES = 4
SPOOL = 64 << 10  # bytes of a file that stay in memory while a form is read: a job has thousands of files
MAX_FIELDS = 200
FILE_FIELDS = {"photos", "mask"}
JOB_FORM_SCHEMA = {
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
                        **JobForm.model_json_schema()["properties"],
                    },
                }
            }
        },
    }
}


MultiPartParser.spool_max_size = SPOOL


@asynccontextmanager
async def open_job_form(request: Request, limits: JobLimits) -> AsyncGenerator[FormData]:
    """The form, its files on the disk until they are read."""
    async with request.form(max_files=limits.job_pictures + 1, max_fields=MAX_FIELDS, max_part_size=64 << 10) as form:
        yield form


def parse_job_form(form: FormData) -> JobForm:
    """The fields beside the files. Raises RequestValidationError, which names the field."""
    fields: dict[str, object] = {}
    for name, value in form.multi_items():
        if name in FILE_FIELDS:
            continue
        if name == "style":
            styles = cast(list[object], fields.setdefault("style", []))
            styles += str(value).split(",") if isinstance(value, str) else [value]
        else:
            fields[name] = value
    try:
        return JobForm.model_validate(fields)
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


def describe_wish(wish: JobForm) -> JobRequest:
    """The order that a form asks for, still without its files."""
    return JobRequest([], list(dict.fromkeys(wish.style)), to_picture_settings(wish), None, wish.name, wish.priority)


def build_job_request(form: FormData, order: JobRequest, arrivals: Arrivals, room: ZipLimits) -> JobRequest:
    """The order with its photos and mask, which are in the store now. Runs in a thread.

    The room is for all files together. Raises BadPhoto and TooLarge for a ZIP that is refused, and where no photo is
    left.
    """
    photos = [
        describe_photo(name, data, arrivals)
        for file in form.getlist("photos")
        if isinstance(file, UploadFile) and file.size
        for name, data in read_uploaded_photos(file, room)
    ]
    if photos and all(photo.error for photo in photos):
        raise TooLarge(**photos[0].error or {})
    mask = form.get("mask")
    return replace(order, photos=photos, mask=read_mask(mask, arrivals, room) if isinstance(mask, UploadFile) else None)


def read_mask(mask: UploadFile, arrivals: Arrivals, room: ZipLimits) -> str | None:
    """The key of a mask, which is in the store now; None for an empty file. Raises TooLarge."""
    if (mask.size or 0) > room.max_file_bytes:
        raise TooLarge(f"The mask is over {room.max_file_bytes >> 20} MiB.", "Make it smaller.")
    return arrivals.put(mask.file.read()) if mask.size else None


def describe_photo(name: str, data: bytes | GanvasError, arrivals: Arrivals) -> InputPhoto:
    """A photo that came, which is put into the store, or one that could not be had, with the reason."""
    if isinstance(data, GanvasError):
        return InputPhoto(name, "", {"what": data.what, "right": data.right})
    return InputPhoto(name, arrivals.put(data))


def read_uploaded_photos(file: UploadFile, limits: ZipLimits) -> Iterator[tuple[str, bytes | GanvasError]]:
    """The photos in one file that was sent: itself, or what is in the ZIP. A photo that is too large fails alone."""
    head = file.file.read(MAGIC_BYTES)
    file.file.seek(0)
    name = sanitise_upload_name(file.filename or "photo")
    if not is_zip(head):
        if limits.max_files < 1:
            raise TooLarge("The job has more photos than there is room for.", "Send several jobs.")
        limits.take(file.size or 0)
        yield name, read_photo(file, name, limits)
        return
    try:
        yield from unpack_zip(file.file, limits)
    except (BadPhoto, TooLarge) as error:
        raise type(error)(f"{name}: {error.what}", error.right) from error


def read_photo(file: UploadFile, name: str, room: ZipLimits) -> bytes | GanvasError:
    """A photo's bytes, or why they are not read."""
    if (file.size or 0) > room.max_file_bytes:
        return TooLarge(
            f"'{show_name(name)}' is over {room.max_file_bytes >> 20} MiB.", "Leave it out, or make it smaller."
        )
    return file.file.read()
