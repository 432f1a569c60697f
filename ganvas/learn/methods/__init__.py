"""The methods, by name: one file a method, one line here. Knows only their classes."""

from ganvas.learn.method import Method
from ganvas.learn.methods.house import House

METHODS: dict[str, type[Method]] = {
    "house": House,
}
