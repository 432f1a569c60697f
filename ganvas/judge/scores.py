"""The list of scores: what each is called and which way is better.

A new score is a function in its family's module, a line here, and a line in docs/judge.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScoreInfo:
    """What a reader must know of a score. ``better``: ``less``, ``more``, or nothing where neither is."""

    family: str
    title: str
    better_direction: str
    decimals: int
    description: str


SCORES: dict[str, ScoreInfo] = {
    "kernel": ScoreInfo(
        "style", "Kernel distance x 1000", "less", 1, "KID to unseen works of the painter; 0 is one of them"
    ),
    "kernel_aware": ScoreInfo(
        "style", "Kernel distance, memory-aware", "less", 1, "the same, over how free it is of trained works"
    ),
    "frechet": ScoreInfo("style", "Frechet distance", "less", 1, "FID; high for small sets, see what true works get"),
    "content": ScoreInfo("content", "Feature distance", "less", 3, "1 - cosine of what the network sees, at 256 px"),
    "self_similarity": ScoreInfo("content", "Patch self-similarity", "less", 3, "CFSD: which patches resemble which"),
    "edges": ScoreInfo("content", "Edge agreement", "more", 3, "share of edges that both have within 2 px"),
    "ssim": ScoreInfo("content", "SSIM of brightness", "more", 3, "local structure of the brightness"),
    "colour": ScoreInfo("content", "Colour change", "", 1, "distance in Oklab x 100 of broad colours"),
    "both": ScoreInfo(
        "both", "Style and content", "less", 1, "(1 + content) x (1 + Frechet over true works), after ArtFID"
    ),
    "checkerboard": ScoreInfo("faults", "Checkerboard", "less", 2, "regular grid in the spectrum, levels of 255"),
    "blotches": ScoreInfo("faults", "Blotches", "less", 2, "colour that wanders in flat places, Oklab x 100"),
    "grain": ScoreInfo("faults", "Grain", "", 2, "fine texture in flat places, levels of 255"),
    "border": ScoreInfo("faults", "Border", "less", 2, "change along the border against just inside, Oklab x 100"),
    "remembered": ScoreInfo(
        "faults", "Remembered", "less", 3, "share nearer to a trained work than any unseen work is"
    ),
}
