"""Examples of the functions of the family `special`."""

import math
from collections.abc import Callable

from examples.example import INF, MATRIX, Example
from examples.references import (
    REFERENCES,
    bessel,
    bessel_k,
    bessel_y2,
    between,
    derivative_of_digamma,
    each,
    gamma_of_dimensions,
    hurwitz_zeta,
    incomplete_gamma,
)

import autodiff.engine as torch


def of_order(name: str, order: int, reference: Callable[[float], float]) -> Example:
    function = getattr(torch, name)
    data = [0.3, 0.9, 2.5] if name[-1] in "yk" else [-1.5, 0.0, 0.9, 2.5]
    return Example(lambda x: function(order, x), each(reference), (data,), f"{{}}({order}, x)", order=3)


CALLS: dict[str, list[Example]] = {
    "besselj": [of_order("besselj", n, bessel(n, -1)) for n in (0, 1, 3)],
    "besseli": [of_order("besseli", n, bessel(n, 1)) for n in (0, 2)],
    "bessely": [of_order("bessely", 2, bessel_y2)],
    "besselk": [of_order("besselk", n, bessel_k(n)) for n in (0, 2)],
    "polygamma": [
        Example(
            lambda x, n=n: torch.polygamma(n, x),
            each(derivative_of_digamma(n)),
            ([0.3, 0.9, 2.5],),
            f"{{}}({n}, x)",
        )
        for n in range(4)
    ],
    "mvlgamma": [
        Example(lambda x, p=p: torch.mvlgamma(x, p), each(gamma_of_dimensions(p)), (MATRIX,), f"{{}}(x, {p})")
        for p in (1, 3)
    ],
    "igamma": [
        Example(
            lambda x: torch.igamma(torch.tensor([0.5, 2.0]).type_as(x), x),
            lambda x: [incomplete_gamma(0.5, x[0]), incomplete_gamma(2.0, x[1])],
            ((2,),),
            "{}([0.5, 2.0], x)",
        )
    ],
    "igammac": [
        Example(
            lambda x: torch.igammac(torch.tensor([0.5, 2.0]).type_as(x), x),
            lambda x: [1 - incomplete_gamma(0.5, x[0]), 1 - incomplete_gamma(2.0, x[1])],
            ((2,),),
            "{}([0.5, 2.0], x)",
        )
    ],
    "zeta": [
        Example(
            lambda x: torch.zeta(torch.tensor([1.5, 3.0]).type_as(x), x),
            lambda x: [hurwitz_zeta(1.5, x[0]), hurwitz_zeta(3.0, x[1])],
            ([0.7, 2.0],),
            "{}([1.5, 3.0], x)",
        ),
        Example(lambda x: torch.zeta(3, x), each(lambda x: hurwitz_zeta(3, x)), ([0.7, 2.0],), "{}(3, x)"),
    ],
}

# More overloads of functions that are sampled from their domain as well.
OVERLOADS: dict[str, list[Example]] = {
    "xlog1py": [
        Example(lambda x: torch.xlog1py(x, 3), each(lambda x: math.log(4) * x), (MATRIX,), "{}(x, 3)"),
        Example(lambda x: torch.xlog1py(3, x), each(lambda x: math.log1p(x) * 3), ([0.5, 2.0],), "{}(3, x)"),
    ],
    "lgamma": [Example(torch.lgamma, each(math.lgamma), ([-INF, INF, -0.5, 1e-30],), "{}(x)", order=0)],
    "logit": [
        Example(
            lambda x: torch.logit(x, 0.2),
            each(lambda x: REFERENCES["logit"](between(0.2, 0.8)(x))),
            ([0.1, 0.5, 0.9],),
            "{}(x, 0.2)",
        )
    ],
    "xlogy": [
        Example(lambda x: torch.xlogy(x, 3), each(lambda x: math.log(3) * x), (MATRIX,), "{}(x, 3)"),
        Example(lambda x: torch.xlogy(3, x), each(lambda x: math.log(x) * 3), ([0.5, 2.0],), "{}(3, x)"),
    ],
}
