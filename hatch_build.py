"""What a wheel carries beside the package: the built-in styles and the built page. Knows hatchling and no more."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelContentsHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]
    """Puts ``styles/`` into the wheel as ``ganvas/styles``; an editable install finds it in the repository."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is built; ``version`` is "standard" or "editable"."""
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"][str(root / "styles")] = "ganvas/styles"
        if not (root / "ganvas" / "web" / "static" / "index.html").exists():
            self.app.display_warning("The page is not built, so this wheel will serve the API alone: make wheel")
