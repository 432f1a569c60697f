"""The errors that a caller may meet: what was wrong and what would be right."""


class GanvasError(Exception):
    """Anything that a caller did or met that Ganvas can explain.

    ``what`` says what was wrong, ``right`` what would be right; ``str()`` joins the two.
    """

    def __init__(self, what: str, right: str = "") -> None:
        self.what = what
        self.right = right
        super().__init__(f"{what} {right}".strip())


class BadPhoto(GanvasError):
    """The bytes are not a picture that can be decoded."""


class TooLarge(GanvasError):
    """More bytes or pixels than the limits allow."""


class UnknownStyle(GanvasError):
    """No style of this name in the catalogue."""


class BadStyle(GanvasError):
    """The file is not a style, or one that must not be run."""


class StyleConflict(BadStyle):
    """The name, or this version of it, belongs to another style file."""


class BadControls(GanvasError):
    """Strength, stroke, colour or mask are out of range or do not fit the photo."""


class BadRecipe(GanvasError):
    """A recipe names something that does not exist or does not fit together."""


class BadSettings(GanvasError):
    """A ``GANVAS_...`` variable has a value that cannot be, or a name that nearly is one."""


class BadData(GanvasError):
    """A folder or file of training pictures cannot be used."""


class BadRun(GanvasError):
    """A run cannot be resumed or exported."""


class NotFound(GanvasError):
    """Nothing is kept under this key."""


class MissingDependency(GanvasError):
    """An optional part of the installation is not there."""


class Overloaded(GanvasError):
    """More work is waiting than can be taken; ``retry_after`` is in seconds."""

    def __init__(self, what: str, right: str = "", retry_after: float = 1.0) -> None:
        super().__init__(what, right)
        self.retry_after = retry_after


class NoSpace(GanvasError):
    """A disk is full, or has less free than it should."""


class NotWritable(GanvasError):
    """A folder or database cannot be written."""


class Forbidden(GanvasError):
    """The caller has no right to this."""


class Cancelled(GanvasError):
    """The caller asked to stop; raised from a progress callback and passed through."""
