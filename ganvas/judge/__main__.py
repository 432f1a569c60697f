"""``python -m ganvas.judge PICTURES ART``: the kernel distance x 1000 of two folders, for a quick look while training.

ART stands for its unseen side; add ``--side validation`` for the side that checkpoints are chosen on. Knows words;
``style`` measures.
"""

import argparse
from pathlib import Path

from ganvas.datasets.split import SIDE_SHARES, split_folder
from ganvas.judge import style_scores


def main() -> None:
    """Measure and print one line."""
    ask = argparse.ArgumentParser(prog="python -m ganvas.judge", description=__doc__)
    ask.add_argument("pictures", type=Path)
    ask.add_argument("art", type=Path)
    ask.add_argument("--side", choices=list(SIDE_SHARES), default="test")
    asked = ask.parse_args()
    mean, error = style_scores.compare_folders(asked.pictures, split_folder(asked.art)[asked.side])
    print(f"kernel distance x 1000: {mean:.1f} (standard error {error:.1f})")


if __name__ == "__main__":
    main()
