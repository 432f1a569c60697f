"""Where the faces in a photo are, and the square around one that makes an avatar.

The network is CenterFace (Xu et al. 2019, "CenterFace: Joint Face Detection and Alignment Using Face as Point",
arXiv:1911.03599): a map of how much each place is the middle of a face, and at each place the face's height and width
and how far the middle lies off it. It finds; it does not recognise, and nothing of what it finds is kept.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganvas.engine import session
from ganvas.engine.resample import fit_within, resize
from ganvas.engine.session import Session
from ganvas.errors import BadPhoto
from ganvas.image import Pixels

WEIGHTS_FILE = Path(__file__).parent.parent / "weights" / "centerface.onnx"
DETECTOR_EDGE = 1024  # long edge in pixels at which the network looks: faces from a 60th of the photo on
SIDE_MULTIPLE, STRIDE = 32, 4  # of the network's sides; pixels of what it sees for a place of its maps
MIN_SCORE = 0.5  # score of a face
MAX_OVERLAP = 0.3  # of two boxes, as the share of their union, beyond which they are one face
MAX_FACES = 100  # faces
SQUARE_SCALE, HEADROOM = (
    2.2,
    0.06,
)  # side of the square and how far its middle lies above the face's, in longer sides of a face

Maps = NDArray[np.float32]


@dataclass(frozen=True)
class DetectedFace:
    """A face in pixels of the photo: its box, from the hair's edge to the chin, and how sure it is, 0 to 1."""

    left: int
    top: int
    width: int
    height: int
    score: float


@dataclass(frozen=True)
class AvatarSquare:
    """A square in pixels of the photo."""

    left: int
    top: int
    side: int


def find_faces(pixels: Pixels) -> list[DetectedFace]:
    """The faces in a photo (h x w x 3 uint8 sRGB, upright), the largest first; the same photo gives the same faces.

    Raises Missing when no runtime is installed.
    """
    size = fit_within(pixels.shape[:2], DETECTOR_EDGE)
    maps = open_face_detector()(make_detector_input(resize(pixels, size)))[0]
    boxes, scores = decode_detections(maps)
    scale = np.array([pixels.shape[0] / size[0], pixels.shape[1] / size[1]] * 2)
    limit = np.array([*pixels.shape[:2]] * 2)
    corners = (boxes * scale).clip(0, limit).round().astype(int)
    found = [
        DetectedFace(left, top, right - left, bottom - top, round(score, 4))
        for (top, left, bottom, right), score in zip(corners.tolist(), scores.tolist(), strict=True)
        if bottom > top and right > left
    ]
    return sorted(found, key=lambda face: (-face.width * face.height, face.top, face.left))


@cache
def open_face_detector() -> Session:
    """The network, opened once; in fp32, so that every machine finds the same."""
    return session.open_network(WEIGHTS_FILE, "fp32")


def make_detector_input(pixels: Pixels) -> Maps:
    """h x w x 3 to 1 x 3 x H x W in 0..255, with black to the right and below up to multiples of MULTIPLE."""
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((0, -height % SIDE_MULTIPLE), (0, -width % SIDE_MULTIPLE), (0, 0)))
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32)


def decode_detections(maps: Maps) -> tuple[Maps, Maps]:
    """Five maps (score; height, width; down, right), 5 x h x w, to boxes (top, left, bottom, right), n x 4, and scores.

    In pixels of what the network saw.
    """
    rows, columns = np.nonzero(maps[0] > MIN_SCORE)
    score, height, width, down, right = maps[:, rows, columns]
    middle = np.stack([rows + down + 0.5, columns + right + 0.5], -1) * STRIDE
    half = np.exp(np.stack([height, width], -1).clip(-5, 6)) * STRIDE / 2
    boxes = np.concatenate([middle - half, middle + half], -1).astype(np.float32)
    kept = suppress_overlaps(boxes, score)
    return boxes[kept], score[kept]


def suppress_overlaps(boxes: Maps, scores: Maps) -> list[int]:
    """Which boxes stay: of those that overlap the surest one, the surest of all first."""
    order = list(np.argsort(-scores, kind="stable"))
    kept: list[int] = []
    while order and len(kept) < MAX_FACES:
        first, *rest = order
        kept.append(int(first))
        shares = compute_iou(boxes[first], boxes[rest])
        order = [index for index, share in zip(rest, shares, strict=True) if share <= MAX_OVERLAP]
    return kept


def compute_iou(box: Maps, others: Maps) -> Maps:
    """Shared area over united area of a box, 4, with n x 4 others."""
    inside = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = inside.clip(0).prod(-1)
    areas = (others[:, 2:] - others[:, :2]).prod(-1)
    return shared / ((box[2:] - box[:2]).prod() + areas - shared)


def frame_face(face: DetectedFace, size: tuple[int, int]) -> AvatarSquare:
    """The square around a face with room for hair and shoulders, within a photo of ``size`` (height, width)."""
    longer = max(face.width, face.height)
    side = min(round(longer * SQUARE_SCALE), *size)
    top = face.top + face.height / 2 - longer * HEADROOM - side / 2
    left = face.left + face.width / 2 - side / 2
    return AvatarSquare(round(min(max(0, left), size[1] - side)), round(min(max(0, top), size[0] - side)), side)


def find_avatar(pixels: Pixels) -> AvatarSquare:
    """The square around the largest face. Raises BadPhoto where none is found."""
    found = find_faces(pixels)
    if not found:
        raise BadPhoto("No face is found in the photo.", "Give one on which a face is turned to the camera.")
    return frame_face(found[0], pixels.shape[:2])
