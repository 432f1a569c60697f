"""Where the faces in a photo are. Knows a form and turns; keeps neither the photo nor what is found."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile

from ganvas.faces import find, frame
from ganvas.image import Limits, decode
from ganvas.web.api.pictures import departure
from ganvas.web.parts import Has, Parts
from ganvas.web.problems import describe_answers
from ganvas.web.shapes import Face, Faces, Square

router = APIRouter(prefix="/api/v1", tags=["pictures"])


@router.post(
    "/faces", summary="Find the faces in a photo", responses=describe_answers("too-large", "bad-photo", "busy")
)
async def find_faces(photo: Annotated[UploadFile, File()], request: Request, parts: Has) -> Faces:
    """The faces, the largest first, in pixels of the upright photo, each with the square that makes an avatar.

    Takes a place among those who wait for pictures. Nothing is kept.
    """
    return await parts.turns.run(lambda _: look(parts, photo), lambda: departure(request.receive))


def look(parts: Parts, photo: UploadFile) -> Faces:
    """Find and describe. Runs in a thread."""
    limits = Limits(bytes=parts.settings.max_bytes, pixels=parts.settings.max_pixels)
    pixels = decode(photo.file.read(), limits).pixels
    height, width = pixels.shape[:2]
    faces = [Face(**asdict(face), square=Square(**asdict(frame(face, (height, width))))) for face in find(pixels)]
    return Faces(width=width, height=height, faces=faces)
