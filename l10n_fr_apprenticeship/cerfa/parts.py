# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The parts of a form one after the other, and what their boxes ask for.

What the classes of `form` declare is read once per place on the form, never once per
check.
"""

from dataclasses import dataclass, is_dataclass, replace
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from .form import Cerfa, boxes, part_class


@dataclass(frozen=True)
class Group:
    """A field that holds a part, or a tuple of parts when `repeated`."""

    name: str
    part: type
    mandatory: bool
    repeated: bool


@dataclass(frozen=True)
class Place:
    """A place on the form where a part stands, and its boxes by what they ask for.

    Every entry starts with the name of the box and its path from the form.
    """

    paths: dict[str, str]
    mandatory: tuple[tuple[str, str], ...]
    limited: tuple[tuple[str, str, int], ...]
    coded: tuple[tuple[str, str, str], ...]
    groups: tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def groups(part: type) -> tuple[Group, ...]:
    """Return the groups a class of the form holds, in form order."""
    hints = get_type_hints(part)
    return tuple(
        Group(name, held, box.mandatory, repeated=_is_tuple(hints[name]))
        for name, box in boxes(part).items()
        if (held := part_class(part, name))
    )


def _is_tuple(hint: Any) -> bool:
    return any(get_origin(option) is tuple for option in (hint, *get_args(hint)))


@lru_cache(maxsize=1024)
def place(part: type, path: str) -> Place:
    """Return the place at `path` for parts of that class; the form's path is ``""``."""
    found = boxes(part)
    paths = {name: f"{path}.{name}" if path else name for name in found}
    return Place(
        paths=paths,
        mandatory=tuple((n, paths[n]) for n, box in found.items() if box.mandatory),
        limited=tuple(
            (n, paths[n], box.max_length) for n, box in found.items() if box.max_length
        ),
        coded=tuple((n, paths[n], box.table) for n, box in found.items() if box.table),
        groups=tuple((group.name, paths[group.name]) for group in groups(part)),
    )


@lru_cache(maxsize=1024)
def form_order(path: str) -> tuple[int, ...]:
    """Return a key that sorts paths in the order of the form.

    :raises KeyError: when the form has no such box
    """
    owner: type | None = Cerfa
    order = []
    for name in path.split("."):
        if name.isdigit():
            order.append(int(name))
            continue
        if owner is None or name not in boxes(owner):
            raise KeyError(path)
        order.append(list(boxes(owner)).index(name))
        owner = part_class(owner, name)
    return tuple(order)


def parts(cerfa: Cerfa) -> list[tuple[Place, Any]]:
    """Return the parts given on a form made `whole`, in form order, itself first."""
    found: list[tuple[Place, Any]] = []
    _add_parts(found, cerfa, "")
    return found


def _add_parts(found: list[tuple[Place, Any]], part: Any, path: str) -> None:
    here = place(type(part), path)
    found.append((here, part))
    for name, group_path in here.groups:
        group = getattr(part, name)
        if isinstance(group, tuple):
            for number, item in enumerate(group):
                _add_parts(found, item, f"{group_path}.{number}")
        elif group is not None and not is_absent(group):
            _add_parts(found, group, group_path)


@lru_cache(maxsize=64)
def absent(part: type) -> Any:
    """Return the one part that stands for a mandatory group nobody gave."""
    held = {
        group.name: () if group.repeated else absent(group.part)
        for group in groups(part)
        if group.mandatory
    }
    return part(**held)


def is_absent(part: Any) -> bool:
    """Tell whether a part stands for a group nobody gave."""
    return part is absent(type(part))


def is_missing(value: Any) -> bool:
    """Tell whether a box or a group holds nothing."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, tuple):
        return not value
    return is_dataclass(value) and is_absent(value)


def is_blank(part: Any) -> bool:
    """Tell whether no box of a part, nor of its groups, holds anything."""
    if is_dataclass(part):
        return all(is_blank(getattr(part, name)) for name in boxes(type(part)))
    return is_missing(part)


def whole(cerfa: Cerfa) -> Cerfa:
    """Return the form with every mandatory group in place, so that rules read on.

    A mandatory group nobody gave becomes an `absent` part, pay periods nobody gave an
    empty tuple, and an optional group with nothing in it ``None``.
    """
    return _whole_part(cerfa)


def _whole_part(part: Any) -> Any:
    changes = {}
    for group in groups(type(part)):
        given = getattr(part, group.name)
        wanted = _whole_items(given, group) if group.repeated else _one(given, group)
        if wanted is not given:
            changes[group.name] = wanted
    return replace(part, **changes) if changes else part


def _whole_items(items: tuple | None, group: Group) -> tuple:
    if not items:
        return ()
    if None not in items:
        return items
    return tuple(absent(group.part) if item is None else item for item in items)


def _one(part: Any, group: Group) -> Any:
    if part is None:
        return absent(group.part) if group.mandatory else None
    if not group.mandatory and is_blank(part):
        return None
    return _whole_part(part)
