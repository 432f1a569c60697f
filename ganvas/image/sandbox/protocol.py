"""The protocol between server and decoder: a line of JSON and open files over a socket.

Pictures go by files in memory that both sides map, so that a large one is written once and never copied.
"""

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

MAX_MESSAGE_BYTES = 65536  # bytes that a message may have


def send_message(connection: socket.socket, message: Mapping[str, Any], files: Sequence[int] = ()) -> None:
    """Send a message and file descriptors with it. Raises OSError when nobody listens."""
    data = json.dumps(message).encode() + b"\n"
    sent = socket.send_fds(connection, [data], files)
    connection.sendall(data[sent:])


def receive_message(connection: socket.socket, max_files: int) -> tuple[dict[str, Any], list[int]]:
    """The next message and its file descriptors; ({}, []) when the other side is gone.

    Raises ValueError for what is no message, OSError and TimeoutError as the socket does.
    """
    data, files = b"", list[int]()
    while not data.endswith(b"\n"):
        part, more, _, _ = socket.recv_fds(connection, MAX_MESSAGE_BYTES, max_files)
        files += more
        data += part
        if not part:
            close_files(files)
            return {}, []
        if len(data) > MAX_MESSAGE_BYTES:
            close_files(files)
            raise ValueError("the message has no end")
    message = json.loads(data)
    if not isinstance(message, dict):
        close_files(files)
        raise ValueError("the message is no object")
    return message, files


def close_files(files: Sequence[int]) -> None:
    """Let go of file descriptors."""
    for file in files:
        os.close(file)


def create_memory_file() -> int:
    """A descriptor of a new file without a name, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("ganvas", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def seal_size(file: int) -> None:
    """Keep whoever else holds a file in memory from changing its size, which would kill those who map it."""
    if hasattr(fcntl, "F_ADD_SEALS") and hasattr(os, "memfd_create"):
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
