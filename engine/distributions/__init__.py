"""torch.distributions: numbers drawn by chance, how likely they are, and how far one distribution is from another."""

from ..api.offered import lacking as _lacking
from .continuous import Normal, Uniform
from .discrete import Bernoulli, Categorical, Multinomial
from .distribution import Distribution
from .divergence import kl_divergence

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Multinomial",
    "Normal",
    "Uniform",
    "kl_divergence",
]

__getattr__ = _lacking("torch.distributions")
