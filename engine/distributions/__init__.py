"""torch.distributions: numbers drawn by chance, how likely they are, and how far one distribution is from another."""

from ..api.offered import lacking as _lacking
from .continuous import Exponential, Laplace, Normal, Uniform
from .discrete import Bernoulli, Categorical, Multinomial, Poisson
from .distribution import Distribution
from .divergence import kl_divergence
from .joint import Independent, MultivariateNormal

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Exponential",
    "Independent",
    "Laplace",
    "Multinomial",
    "MultivariateNormal",
    "Normal",
    "Poisson",
    "Uniform",
    "kl_divergence",
]

__getattr__ = _lacking("torch.distributions")
