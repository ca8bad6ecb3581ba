"""Module: what layers and networks are, with parameters, buffers and other modules in it by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ..api.declared import require
from ..api.methods import dtype_asked_for
from ..api.offered import Offered, entered
from ..graph.hooks import RemovableHandle
from ..primitives import copying
from ..tensors import dtypes
from ..tensors.tensor import Tensor
from . import module_hooks, module_state
from .parameter import Buffer, Parameter

# What a module keeps under names, in the order in which an attribute is looked for, and what may stand there.
_KEPT = {
    "_parameters": ("parameter", "torch.nn.Parameter or None"),
    "_buffers": ("buffer", "torch.nn.Buffer, torch.Tensor or None"),
    "_modules": ("child module", "torch.nn.Module or None"),
}
_TENSORS = ("_parameters", "_buffers")
Named = Iterator[tuple[str, Any]]


class Module(Offered):
    """Base of all layers and networks: a subclass calls `super().__init__()` and has a method `forward`."""

    training = True

    def __init__(self) -> None:
        own = vars(self)
        own["training"] = True
        for name in (*_KEPT, *module_hooks.KINDS):
            own[name] = {}
        own["_temporary"] = set()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for count in entered:
            count()
        own = vars(self)
        if "_modules" not in own or any(own[name] for name in module_hooks.KINDS):
            return module_hooks.called(self, args, kwargs)
        return self.forward(*args, **kwargs)

    # Attributes

    def __getattr__(self, name: str) -> Any:
        own = vars(self)
        for kept in _KEPT:
            if kept in own and name in own[kept]:
                return own[kept][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        own = vars(self)
        if isinstance(value, Parameter):
            self._make_room("_parameters", "parameters", name)
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self._make_room("_modules", "module", name)
            own["_modules"][name] = value
        elif isinstance(value, Buffer):
            self._make_room("_buffers", "buffer", name)
            self.register_buffer(name, value, value.persistent)
        elif (place := self._place_of(name)) is None:
            object.__setattr__(self, name, value)
        else:
            what, needed = _KEPT[place]
            fits = value is None or (place == "_buffers" and isinstance(value, Tensor))
            require(fits, f"cannot assign '{_type_of(value)}' as {what} '{name}' ({needed} expected)", TypeError)
            own[place][name] = value

    def __delattr__(self, name: str) -> None:
        place = self._place_of(name)
        if place is None:
            object.__delattr__(self, name)
        else:
            del vars(self)[place][name]

    def _place_of(self, name: str) -> str | None:
        return next((kept for kept in _KEPT if name in vars(self).get(kept, ())), None)

    def __dir__(self) -> list[str]:
        own = vars(self)
        return sorted({*dir(type(self)), *own, *(name for kept in _KEPT for name in own.get(kept, ()))})

    def _check_begun(self, what: str) -> None:
        message = f"cannot assign {what} before Module.__init__() call"
        require("_modules" in vars(self), message, AttributeError)

    def _make_room(self, place: str, what: str, name: str) -> None:
        """Takes a name away from what it stands for elsewhere than in the place where it is to stand."""
        self._check_begun(what)
        own = vars(self)
        for other in (own, *(own[kept] for kept in _KEPT if kept != place)):
            other.pop(name, None)
        own["_temporary"].discard(name)

    def _kept_for(self, place: str, what: str, name: str) -> dict[str, Any]:
        """Where a value is kept. TypeError, KeyError: it cannot have this name."""
        self._check_begun(what)
        require(isinstance(name, str), f"{what} name should be a string. Got {_type_of(name)}", TypeError)
        got = f", got: {name}" if what == "module" else ""
        require("." not in name, f'{what} name can\'t contain "."{got}', KeyError)
        require(bool(name), f'{what} name can\'t be empty string ""', KeyError)
        kept = vars(self)[place]
        require(name in kept or not hasattr(self, name), f"attribute '{name}' already exists", KeyError)
        return kept

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter. TypeError, KeyError: it is none, or the name cannot be."""
        kept = self._kept_for("_parameters", "parameter", name)
        wrong = f"cannot assign '{_type_of(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
        require(param is None or isinstance(param, Parameter), wrong, TypeError)
        require(
            param is None or param.grad_fn is None,
            f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To "
            f"express '{name}' as a function of another Tensor, compute the value in the forward() method.",
        )
        kept[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that is no parameter, and is part of `state_dict` if it is persistent. Errors: as for one."""
        kept = self._kept_for("_buffers", "buffer", name)
        wrong = f"cannot assign '{_type_of(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
        require(tensor is None or isinstance(tensor, Tensor), wrong, TypeError)
        kept[name] = tensor
        (self._temporary.discard if persistent else self._temporary.add)(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Adds a module inside this one. TypeError, KeyError: it is none, or the name cannot be."""
        require(module is None or isinstance(module, Module), f"{_type_of(module)} is not a Module subclass", TypeError)
        self._kept_for("_modules", "module", name)[name] = module

    register_module = add_module

    # What is inside

    def named_modules(self, memo: Any = None, prefix: str = "", remove_duplicate: bool = True) -> Named:
        """This module and all that are inside it, at any depth, each once, by their paths (`"layer.0"`)."""
        for count in entered:
            count()
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, path_of(prefix, name), remove_duplicate)

    def modules(self) -> Iterator[Module]:
        return (module for _, module in self.named_modules())

    def named_children(self) -> Named:
        """The modules directly inside this one, each once, by name."""
        return _once((name, module) for name, module in self._modules.items() if module is not None)

    def children(self) -> Iterator[Module]:
        return (module for _, module in self.named_children())

    def _places(self, *kinds: str, prefix: str = "", recurse: bool = True, once: bool = False) -> Iterator[Place]:
        """Where parameters or buffers are kept, those of modules inside too."""
        inside = self.named_modules(None, prefix, once) if recurse else iter([(prefix, self)])
        for path, module in inside:
            for kind in kinds:
                for name, value in list(vars(module)[kind].items()):
                    if value is not None:
                        yield Place(path_of(path, name), module, vars(module)[kind], name, value)

    def _named(self, kind: str, prefix: str, recurse: bool, once: bool) -> Named:
        places = self._places(kind, prefix=prefix, recurse=recurse, once=once)
        named = ((place.path, place.value) for place in places)
        return _once(named) if once else named

    def named_parameters(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True) -> Named:
        """The parameters, those of modules inside too, each once, by their paths."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True) -> Named:
        """The buffers, those of modules inside too, each once, by their paths."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """The module at a path. AttributeError: there is none."""
        found = self
        for name in target.split(".") if target else ():
            found = _attribute(found, name, Module, "an nn.Module")
        return found

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path. AttributeError: there is none."""
        path, _, name = target.rpartition(".")
        return _attribute(self.get_submodule(path), name, Parameter, "an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path. AttributeError: there is none."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        buffer = _attribute(owner, name, Tensor, "a buffer")
        require(name in owner._buffers, f"`{name}` is not a buffer", AttributeError)
        return buffer

    # What is done to all

    def apply(self, fn: Callable[[Module], Any]) -> Any:
        """Calls a function with each module inside, and then with this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Any:
        """Makes this module and all inside it train, or not. ValueError: the mode is no bool."""
        require(isinstance(mode, bool), "training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Any:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Takes the gradients of all parameters away, or makes them zero."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else parameter.grad.detach().zero_()

    def _apply(self, change: Callable[[Tensor], Tensor]) -> Any:
        """Changes the numbers of all parameters, with their gradients, and of all buffers."""
        for _, _, kept, name, value in self._places(*_TENSORS, once=True):
            if isinstance(value, Parameter):
                grad, value.data = value.grad, change(value.data)
                value.grad = None if grad is None else change(grad.detach())
            else:
                kept[name] = change(value)
        return self

    def to(
        self,
        *args: Any,
        device: Any = None,
        dtype: Any = None,
        non_blocking: bool = False,
        memory_format: Any = None,
    ) -> Any:
        """Parameters and buffers in another floating dtype. AssertionError, TypeError: a device or dtype there is not.

        The only device is the CPU.
        """
        dtype, _ = dtype_asked_for(args, dtype, device)
        if dtype is None:
            return self
        wrong = f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
        require(dtype.is_floating_point, wrong, TypeError)
        return self._apply(lambda tensor: copying.to(tensor, dtype) if tensor.is_floating_point() else tensor)

    def cpu(self) -> Any:
        return self

    def cuda(self, device: Any = None) -> Any:
        """AssertionError: there is no such device."""
        return self.to("cuda")

    def type(self, dst_type: Any) -> Any:
        return self._apply(lambda tensor: tensor.type(dst_type))

    def double(self) -> Any:
        return self.to(dtypes.float64)

    def float(self) -> Any:
        return self.to(dtypes.float32)

    def half(self) -> Any:
        return self.to(dtypes.float16)

    # State

    def state_dict(self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> dict[str, Any]:
        """Parameters and persistent buffers by their paths; not recorded, unless `keep_vars`, but the same memory."""
        found: dict[str, Any] = OrderedDict() if destination is None else destination
        for path, value in ((prefix + place.path, place.value) for place in self._state()):
            found[path] = value if keep_vars else value.detach()
        return found

    def _state(self) -> Iterator[Place]:
        return (place for place in self._places(*_TENSORS) if place.name not in vars(place.module)["_temporary"])

    def load_state_dict(self, state_dict: Any, strict: bool = True, assign: bool = False) -> Any:
        """Copies the numbers of a `state_dict` into this module's; with `assign`, takes the tensors.

        RuntimeError: a shape is another, or, if `strict`, something is missing or too much.
        """
        return module_state.load(self, state_dict, strict, assign)

    # Hooks

    def register_forward_pre_hook(self, hook: Any, *, prepend: bool = False, with_kwargs: bool = False) -> Any:
        """Calls `hook(module, args)` before `forward`; what it returns takes the place of the arguments."""
        return module_hooks.registered(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Any, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after `forward`; what it returns takes the place of the output."""
        return module_hooks.registered(self._forward_hooks, (hook, with_kwargs), prepend)

    def register_full_backward_pre_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_output)` when the gradients of the output are there."""
        return module_hooks.registered(self._backward_pre_hooks, hook, prepend)

    def register_backward_hook(self, hook: Any) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` for the node of the output, as PyTorch did before 1.8."""
        return module_hooks.registered(self._node_hooks, hook, False)

    def register_full_backward_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` when the gradients of the inputs are there."""
        return module_hooks.registered(self._backward_hooks, hook, prepend)

    # Text

    def extra_repr(self) -> str:
        """What stands between the brackets of this module's text."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def _inner_lines(self) -> list[str]:
        """A line, or several, for each module inside."""
        return [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]

    def __repr__(self) -> str:
        for count in entered:
            count()
        extra, inner = self.extra_repr(), self._inner_lines()
        lines = [*(extra.split("\n") if extra else []), *inner]
        if not inner and len(lines) < 2:
            return f"{self._get_name()}({extra})"
        return "\n".join([f"{self._get_name()}(", *(f"  {line}" for line in lines), ")"])


class Place(NamedTuple):
    """Where a module keeps a parameter or a buffer: its path, the module, the dictionary, and its name in that."""

    path: str
    module: Module
    kept: dict[str, Any]
    name: str
    value: Any


def indented(text: str) -> str:
    """A text whose lines from the second on begin two columns further to the right."""
    return text.replace("\n", "\n  ")


def path_of(prefix: str, name: str) -> str:
    """The path of what has this name in the module at `prefix`."""
    return f"{prefix}.{name}" if prefix else name


def _once(named: Iterable[tuple[str, Any]]) -> Named:
    """Those whose values were not there before."""
    seen: set[int] = set()
    for name, value in named:
        if id(value) not in seen:
            seen.add(id(value))
            yield name, value


def _attribute(owner: Module, name: str, kind: type[Any], what: str) -> Any:
    require(hasattr(owner, name), f"{type(owner).__name__} has no attribute `{name}`", AttributeError)
    require(isinstance(getattr(owner, name), kind), f"`{name}` is not {what}", AttributeError)
    return getattr(owner, name)


def _type_of(value: Any) -> str:
    return f"torch.{value.dtype.title}Tensor" if isinstance(value, Tensor) else type(value).__qualname__
