"""The order in which an owner has the styles."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from ganvas.ledger.models import StyleOrderRow


def get_style_order(session: Session, owner: str) -> list[str]:
    """The names in the owner's order; none where there is none yet."""
    shelf = session.get(StyleOrderRow, owner)
    return list(shelf.styles) if shelf else []


def save_style_order(session: Session, owner: str, names: Sequence[str]) -> None:
    """Keep the owner's order."""
    session.merge(StyleOrderRow(owner=owner, styles=list(names)))


def sort_by_style_order(names: Iterable[str], order: Sequence[str]) -> list[str]:
    """The names, those of the order first and in it, the others after them by name."""
    place = {name: number for number, name in enumerate(order)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))
