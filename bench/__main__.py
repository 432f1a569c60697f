"""``make bench``: speed against a peer, and memory.

Prints tables; ``--write`` puts them into docs/benchmarks.md in place of the last ones.
"""

import argparse
from pathlib import Path

from bench import markdown_report, memory, speed
from ganvas.cli.compose import find_built_in_styles
from ganvas.engine.engine import Engine
from ganvas.style.catalog import Catalog


def main() -> None:
    """Measure what is asked for and say it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--style", default="monet", help="a built-in style")
    parser.add_argument("--styles", type=Path, default=find_built_in_styles(), help="the folder that has it")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each contestant")
    parser.add_argument("--only", choices=("speed", "memory"), help="one of the two")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md, in place of the last figures")
    asked = parser.parse_args()
    catalog = Catalog([asked.styles])
    sections = {  # all networks stay open, so that each style is warm at each turn
        "Speed": lambda: speed.measure_speed(Engine(catalog, max_open=len(catalog.names())), asked.style, asked.rounds),
        "Memory": lambda: memory.measure_memory(asked.style, asked.styles),
    }
    for heading, measure in sections.items():
        if asked.only in (None, heading.lower()):
            text = measure()
            print(f"## {heading}\n\n{text}\n")
            if asked.write:
                markdown_report.write_section(heading, text)


if __name__ == "__main__":
    main()
