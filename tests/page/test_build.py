"""What the page asks of the network: little, and nothing of anybody else."""

import gzip
import re
from pathlib import Path

MAX_SCRIPT_BYTES = 200_000


def test_the_first_load_has_under_200_kilobytes_of_script(static: Path) -> None:
    html = (static / "index.html").read_text()
    scripts = {static / name for name in re.findall(r"\./([\w./-]+\.js)", html)}
    assert len(scripts) > 3
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < MAX_SCRIPT_BYTES


def test_the_built_page_names_no_other_address(static: Path) -> None:
    spaces = {"http://www.w3.org/", "https://svelte.dev/"}
    for path in static.rglob("*"):
        if path.suffix in {".html", ".css", ".js"}:
            urls = re.findall(r"https?://[\w.-]+/?", path.read_text())
            assert {url for url in urls if not url.startswith(tuple(spaces))} <= {"http://", "https://"}, path.name


def test_the_policy_allows_no_foreign_source(static: Path) -> None:
    for path in static.rglob("*.html"):
        policy = re.search(r'http-equiv="content-security-policy" content="([^"]+)"', path.read_text())
        assert policy, path
        assert "default-src 'self'" in policy[1]
        assert "unsafe-eval" not in policy[1]
        assert not re.search(r"script-src[^;]*unsafe-inline|https?:|\*", policy[1])
