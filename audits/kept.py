"""What is read of one procedure or pair is kept with it: many rules ask for it, of an official procedure for many records."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Keeper(Protocol):
    """What readers keep things with; it never changes otherwise."""

    @property
    def kept(self) -> dict[object, Any]:
        """What was read of it, by reader."""
        ...


_Keeper = TypeVar("_Keeper", bound=Keeper)
_Value = TypeVar("_Value")


def kept(read: Callable[[_Keeper], _Value]) -> Callable[[_Keeper], _Value]:
    """Make a reader keep what it read with the thing read: it is read once, and forgotten with it."""

    @wraps(read)
    def reader(of: _Keeper) -> _Value:
        known = of.kept
        if read not in known:
            known[read] = read(of)
        value: _Value = known[read]
        return value

    return reader
