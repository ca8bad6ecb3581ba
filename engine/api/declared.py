"""Declared: classes whose settings stand once, in the head of the class, as in `class SGD(Optimizer, lr=1e-3)`."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter as Argument
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any, ClassVar

from ..tensors.errors import type_error, value_error
from .offered import Offered


class Declared(Offered):
    """Base of classes that are made with settings, each with its default; `...` stands for one that has to be given.

    What a class based on one of these does not declare anew it has from that. A kind of classes may have settings
    `_before` and `_behind` those of each.
    """

    _settings: ClassVar[dict[str, Any]] = {}
    _before: ClassVar[dict[str, Any]] = {}
    _behind: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__()
        if settings:
            cls._settings = settings = {**cls._before, **settings, **cls._behind}
            cls.__signature__ = Signature(
                [
                    Argument(name, Argument.POSITIONAL_OR_KEYWORD, default=Argument.empty if value is ... else value)
                    for name, value in settings.items()
                ]
            )
        elif "__init__" in vars(cls):
            cls.__signature__ = None  # that of `__init__`

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # settings are attributes

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        vars(self).update(self._given(args, kwargs))
        self._settle()

    def _settle(self) -> None:
        """Checks the settings, which are attributes, and completes them."""

    @classmethod
    def _given(cls, args: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
        """The settings of a call, complete and in order. TypeError, in Python's words: they are not those declared."""
        declared, call = cls._settings, f"{cls.__name__}.__init__()"
        required = [name for name, value in declared.items() if value is ...]
        if len(args) > len(declared):
            least, most = len(required) + 1, len(declared) + 1
            takes = f"{most}" if least == most else f"from {least} to {most}"
            raise type_error(f"{call} takes {takes} positional arguments but {len(args) + 1} were given")
        given = dict(zip(declared, args, strict=False))
        for name in named:
            if name not in declared:
                raise type_error(f"{call} got an unexpected keyword argument '{name}'")
            if name in given:
                raise type_error(f"{call} got multiple values for argument '{name}'")
        given |= named
        missing = [f"'{name}'" for name in required if name not in given]
        if missing:
            *before, last = missing
            listed = f"{', '.join(before)}{',' * (len(before) > 1)} and {last}" if before else last
            plural = "s" * bool(before)
            raise type_error(f"{call} missing {len(missing)} required positional argument{plural}: {listed}")
        return {**declared, **given}


def of_rule(base: type[Declared], own: int, /, **members: Any) -> Callable[[Any], Any]:
    """Makes a class of its `_rule`, a function that `_takes` the settings behind its first so many arguments."""

    def make(rule: Any) -> Any:
        empty, given = Argument.empty, list(signature(rule).parameters.values())[own:]
        settings = {setting.name: ... if setting.default is empty else setting.default for setting in given}
        shown = {"__doc__": rule.__doc__, "__module__": rule.__globals__["__name__"]}
        says = {"_rule": staticmethod(rule), "_takes": tuple(settings)}
        return type(rule.__name__, (base,), {**says, **shown, **members}, **settings)

    return make


def require(holds: bool, message: str, error: type[Exception] = ValueError) -> None:
    """An error with this message: it does not hold of what is given."""
    if not holds:
        raise type_error(message, error) if issubclass(error, TypeError) else value_error(message, error)
