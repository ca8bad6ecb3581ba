"""Where PyTorch keeps its classes, by which it shows them: `<class 'torch.nn.modules.linear.Linear'>`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from importlib import import_module

from .... import engine
from ....engine.api.offered import Offered, made

# By the name of a class, which fits the first of these, or else by the engine's own module.
_OF_NAMES = {
    "*BatchNorm?d": "nn.modules.batchnorm",
    "*Conv*": "nn.modules.conv",
    "*Loss": "nn.modules.loss",
    "*Norm": "nn.modules.normalization",
    "*Pad?d": "nn.modules.padding",
    "*Pool?d": "nn.modules.pooling",
    "*Sampler": "utils.data.sampler",
    "*fold": "nn.modules.fold",
    "*latten": "nn.modules.flatten",
    "CosineSimilarity": "nn.modules.distance",
    "DataLoader": "utils.data.dataloader",
    "Dropout*": "nn.modules.dropout",
    "Embedding": "nn.modules.sparse",
    "Fold": "nn.modules.fold",
    "InstanceNorm?d": "nn.modules.instancenorm",
    "MultiheadAttention": "nn.modules.activation",
    "MultivariateNormal": "distributions.multivariate_normal",
    "PReLU": "nn.modules.activation",
    "Upsampl*": "nn.modules.upsampling",
}
_OF_MODULES = {
    "distributions.continuous": "distributions.{name}",
    "distributions.discrete": "distributions.{name}",
    "distributions.distribution": "distributions.{name}",
    "distributions.joint": "distributions.{name}",
    "nn.containers": "nn.modules.container",
    "nn.layers": "nn.modules.linear",
    "nn.module": "nn.modules.module",
    "nn.of_records": "nn.modules.activation",
    "nn.recurrent": "nn.modules.rnn",
    "optim.lbfgs": "optim.lbfgs",
    "optim.lr_scheduler": "optim.lr_scheduler",
    "optim.optimizer": "optim.optimizer",
    "optim.update_rules": "optim.{name}",
    "utils.data": "utils.data.dataset",
}
# The engine's modules that have the names of these too.
_FACES = ("torch.distributions", "torch.nn", "torch.optim", "torch.utils.data")
# Modules of functions that the module around each has too.
_INSIDE = (
    "torch.autograd.variable",
    "torch.distributions.kl",
    "torch.functional",
    "torch.nn.utils.clip_grad",
    "torch.nn.utils.convert_parameters",
)


def home(kind: type) -> str | None:
    """The module in which PyTorch keeps a class of the engine; None: it is none, or has no home."""
    own = kind.__module__
    if not own.startswith(f"{engine.__name__}.") or kind.__name__.startswith("_"):
        return None
    name = kind.__name__
    named = next((found for pattern, found in _OF_NAMES.items() if fnmatchcase(name, pattern)), None)
    found = named or _OF_MODULES.get(own.removeprefix(f"{engine.__name__}."))
    return found and "torch." + found.format(name=name.lower())


def face(path: str) -> str | None:
    """The module that has the names of one in which PyTorch keeps classes: `torch.nn` of `torch.nn.modules.linear`."""
    if path in _INSIDE:
        return path.rpartition(".")[0]
    known = {*_OF_MODULES.values(), *_OF_NAMES.values(), "nn.modules"}
    for inside in ("distributions", "optim"):
        if path.startswith(f"torch.{inside}."):
            known |= {f"{inside}.{name.lower()}" for name in import_module(f"{engine.__name__}.{inside}").__all__}
    is_known = path.removeprefix("torch.") in known
    return next((face for face in _FACES if path.startswith(f"{face}.")), None) if is_known else None


@contextmanager
def shown_as_torchs() -> Iterator[None]:
    """In the block, the engine's classes show where PyTorch keeps them, also those that are made in it."""
    before: dict[type, str] = {}

    def show(kind: type) -> None:
        found = home(kind)
        if found is not None:
            before[kind], kind.__module__ = kind.__module__, found

    kinds = [Offered]
    for kind in kinds:
        kinds += kind.__subclasses__()
        show(kind)
    made.append(show)
    try:
        yield
    finally:
        made.remove(show)
        for kind, own in before.items():
            kind.__module__ = own
