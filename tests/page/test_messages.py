"""The page's words: every message in every language, each one used, with the same gaps to fill."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "studio" / "src"
FILES = sorted((SOURCES / "lib" / "messages").glob("*.json"))
MESSAGES: dict[str, dict[str, str]] = {path.stem: json.loads(path.read_text()) for path in FILES}
SOURCE_TEXT = "\n".join(path.read_text() for path in SOURCES.rglob("*") if path.suffix in {".ts", ".svelte"})
TRANSLATED = [name for name in MESSAGES if name != "en"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_message_is_missing_and_none_is_left_over(language: str) -> None:
    assert set(MESSAGES[language]) == set(MESSAGES["en"])


@pytest.mark.parametrize("language", MESSAGES)
def test_no_message_is_empty(language: str) -> None:
    assert [key for key, message in MESSAGES[language].items() if not message.strip()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_messages_have_the_same_gaps(language: str) -> None:
    def find_placeholders(name: str) -> dict[str, Counter[str]]:
        return {key: Counter(re.findall(r"\{\w+\}", message)) for key, message in MESSAGES[name].items()}

    assert find_placeholders(language) == find_placeholders("en")


def test_every_message_is_used() -> None:
    assert [key for key in MESSAGES["en"] if f"'{key}'" not in SOURCE_TEXT] == []


def test_chinese_messages_are_chinese() -> None:
    same = {"page.title", "word.list"}
    latin = [
        key for key, words in MESSAGES["zh"].items() if key not in same and not re.search(r"[\u4e00-\u9fff]", words)
    ]
    assert latin == []


def test_no_page_writes_words_of_its_own() -> None:
    """Between tags there are only expressions, names and figures: words come from the messages."""
    allowed = {"Ganvas", "中文", "EN", "px"}
    found: list[str] = []
    for path in SOURCES.rglob("*.svelte"):
        markup = re.sub(r"<(script|style)\b.*?</\1>", "", path.read_text(), flags=re.DOTALL)
        markup = re.sub(r"<!--.*?-->", "", markup, flags=re.DOTALL)
        for text in re.findall(r"(?:^|[\w\"'}/]>)([^<>{}=]+)</", markup):
            words = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", text)) - allowed
            found += [f"{path.name}: {text.strip()}"] if words else []
    assert found == []
