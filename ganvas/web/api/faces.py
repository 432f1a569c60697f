"""Route: where the faces in a photo are."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile

from ganvas.engine import faces as face_detector
from ganvas.image import DecodeLimits, decode
from ganvas.web.api.pictures import wait_for_disconnect
from ganvas.web.problems import describe_problem_responses
from ganvas.web.schemas.pictures import Face, Faces, Square
from ganvas.web.services import Services, ServicesDep

router = APIRouter(prefix="/api/v1", tags=["pictures"])


@router.post(
    "/faces",
    summary="Find the faces in a photo",
    responses=describe_problem_responses("too-large", "bad-photo", "busy"),
)
async def find_faces(photo: Annotated[UploadFile, File()], request: Request, services: ServicesDep) -> Faces:
    """The faces, the largest first, in pixels of the upright photo, each with the square that makes an avatar.

    Takes a place among those who wait for pictures. Nothing is kept.
    """
    return await services.picture_queue.run(
        lambda _: detect_faces_in_upload(services, photo), lambda: wait_for_disconnect(request.receive)
    )


def detect_faces_in_upload(services: Services, photo: UploadFile) -> Faces:
    """Find and describe. Runs in a thread."""
    limits = DecodeLimits(bytes=services.settings.max_bytes, pixels=services.settings.max_pixels)
    pixels = decode(photo.file.read(), limits).pixels
    height, width = pixels.shape[:2]
    faces = [
        Face(**asdict(face), square=Square(**asdict(face_detector.frame_face(face, (height, width)))))
        for face in face_detector.find_faces(pixels)
    ]
    return Faces(width=width, height=height, faces=faces)
