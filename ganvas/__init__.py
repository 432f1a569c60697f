"""Ganvas: image style transfer with generative adversarial networks, self-hosted.

And it sees to it, before anything else is imported, that nothing is told to anybody: both runtimes report their use
to their makers and leave identifiers in the home folder unless they are told not to before they are imported.
"""

import os
import sys

__version__ = "0.1.0"

# ONNX Runtime from 1.29 on: its environment is created on import and reads this then; its own API comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# OpenVINO reports its import by a package of its own, and works the same where that package cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)  # pyright: ignore[reportArgumentType]
