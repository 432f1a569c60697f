"""Text files as people save them: UTF-8, or UTF-16 or 32 as Windows' editors write it."""

import codecs

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode_text(data: bytes) -> str:
    """The text of a file by its byte order mark, UTF-8 where there is none; line ends become plain.

    Raises UnicodeDecodeError for what is none of these.
    """
    mark, encoding = next((one for one in MARKS if data.startswith(one[0])), (b"", "utf-8"))
    return data[len(mark) :].decode(encoding).replace("\r\n", "\n")
