"""torch.distributions: what PyTorch 2.13 draws, and finds likely, is recorded here."""

from __future__ import annotations

import math
from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine import distributions as D  # noqa: N812  (as programs call it)

T = torch.tensor
kl = D.kl_divergence


@grouped(
    "distribution, drawn, likely, mean, entropy",
    [
        (
            D.Normal(T([0.0, 1.0]), 2.0),
            [[3.0819922164880866, 0.41314218847810724], [-4.357578764149115, 2.1368625545613353]],
            [[-2.7994202165762614, -1.655135975132651], [-3.985647299485034, -1.7736427722600836]],
            [0.0, 1.0],
            [2.112085713764618, 2.112085713764618],
        ),
        (
            D.Uniform(-1.0, T([1.0, 2.0])),
            [[0.9401060036131061, 1.1234595931993638], [-0.08123411374509826, 1.7622430523658807]],
            [[-0.6931471805599453, -1.0986122886681098]] * 2,
            [0.0, 0.5],
            [0.6931471805599453, 1.0986122886681098],
        ),
        (
            D.Bernoulli(T([0.2, 0.7])),
            [[0.0, 0.0], [0.0, 0.0]],
            [[-0.2231435513142097, -1.203972804325936]] * 2,
            [0.2, 0.7],
            [0.5004024235381879, 0.6108643020548935],
        ),
        (
            D.Bernoulli(logits=T([0.5, -1.0])),
            [[0.0, 0.0], [1.0, 0.0]],
            [[-0.9740769841801067, -0.3132616875182228], [-0.4740769841801067, -0.3132616875182228]],
            [0.6224593312018546, 0.2689414213699951],
            [0.6628473185791794, 0.5822031088882179],
        ),
        (D.Categorical(T([1.0, 2.0, 3.0])), [2, 2], [-0.6931471805599453] * 2, math.nan, 1.0114042647073518),
        (
            D.Categorical(logits=T([[0.0, 1.0], [2.0, 0.0]])),
            [[1, 0], [1, 1]],
            [[-0.3132616875182228, -0.1269280110429727], [-0.3132616875182228, -2.1269280110429727]],
            [math.nan, math.nan],
            [0.582203108888218, 0.3653338550872078],
        ),
        (
            D.Multinomial(5, T([1.0, 3.0])),
            [[1.0, 4.0], [0.0, 5.0]],
            [-0.9275847384929139, -1.4384103622589044],
            [1.25, 3.75],
            1.3420521325665238,
        ),
        (
            D.Exponential(T([0.5, 2.0])),
            [[7.016652373415284, 0.6151923820898384], [1.230088187788023, 1.2675593221079409]],
            [[-4.201473367267587, -0.5372375836197315], [-1.3081912744539568, -1.8419714636559363]],
            [2.0, 0.5],
            [1.6931471805599454, 0.3068528194400547],
        ),
        (
            D.Laplace(T([0.0, 1.0]), 2.0),
            [[5.630358012295393, 2.0744751672394632], [-0.16944787488556617, 4.683942927311874]],
            [[-4.201473367267587, -1.9235319447396222], [-1.4710182985626736, -3.2282658247758276]],
            [0.0, 1.0],
            [2.386294361119891, 2.386294361119891],
        ),
        (
            D.Poisson(T([2.0, 20.0])),
            [[6.0, 18.0], [1.0, 15.0]],
            [[-4.42036812865043, -2.472264284061218], [-1.3068528194400546, -2.963287280531027]],
            [2.0, 20.0],
            None,
        ),
        (
            D.MultivariateNormal(T([1.0, 2.0]), T([[2.0, 0.5], [0.5, 1.0]])),
            [[3.1792975958428844, 2.270346790777361], [-2.0812734936843347, 1.7614003984565558]],
            [-3.3480697245567335, -4.652803604592939],
            [1.0, 2.0],
            3.1176849603770567,
        ),
        (
            D.Independent(D.Normal(T([0.0, 1.0]), 2.0), 1),
            [[3.0819922164880866, 0.41314218847810724], [-4.357578764149115, 2.1368625545613353]],
            [-4.454556191708912, -5.759290071745117],
            [0.0, 1.0],
            4.224171427529236,
        ),
    ],
)
def test_what_is_drawn_and_how_likely_it_is_are_pytorchs(
    distribution: Any, drawn: Any, likely: Any, mean: Any, entropy: Any
) -> None:
    torch.manual_seed(0)
    found = distribution.sample((2,))

    def same(ours: Any, recorded: Any) -> bool:
        return torch.allclose(ours, T(recorded, dtype=ours.dtype), 1e-9, 0.0, equal_nan=True)

    assert same(found, drawn)
    assert same(distribution.log_prob(found), likely)
    assert same(distribution.mean, mean)
    assert entropy is None or same(distribution.entropy(), entropy)


@grouped(
    "p, q, distance",
    [
        (D.Normal(0.0, 1.0), D.Normal(1.0, 2.0), 0.4431471805599453),
        (D.Uniform(0.0, 1.0), D.Uniform(-1.0, 2.0), 1.0986122886681098),
        (D.Uniform(0.0, 1.0), D.Uniform(0.5, 2.0), math.inf),
        (D.Bernoulli(0.3), D.Bernoulli(T([0.0, 0.5, 1.0])), [math.inf, 0.08228287850505181, math.inf]),
        (D.Categorical(T([0.0, 0.5, 0.5])), D.Categorical(T([0.2, 0.3, 0.5])), 0.2554128118829954),
        (D.Categorical(T([0.2, 0.3, 0.5])), D.Categorical(T([0.0, 0.5, 0.5])), math.inf),
        (D.Exponential(2.0), D.Exponential(0.5), 0.6362943611198906),
        (D.Laplace(0.0, 1.0), D.Laplace(1.0, 2.0), 0.3770867609302927),
        (D.Poisson(2.0), D.Poisson(3.0), 0.18906978378367123),
        (
            D.Independent(D.Normal(T([0.0, 1.0]), 2.0), 1),
            D.Independent(D.Normal(T([1.0, 1.0]), 1.0), 1),
            2.1137056388801094,
        ),
    ],
)
def test_how_far_one_is_from_another_is_pytorchs(p: Any, q: Any, distance: Any) -> None:
    assert kl(p, q).tolist() == pytest.approx(distance)


def test_gradients_pass_through_what_is_drawn_where_that_has_a_derivative() -> None:
    loc, scale = T([0.5, 1.0], requires_grad=True), T([1.0, 2.0], requires_grad=True)
    drawn = D.Normal(loc, scale).rsample()
    drawn.sum().backward()
    assert loc.grad.tolist() == [1.0, 1.0]
    assert scale.grad.tolist() == pytest.approx(((drawn - loc) / scale).tolist())
    weights = T([1.0, 2.0, 3.0], requires_grad=True)
    D.Categorical(weights).log_prob(T(2)).backward()
    assert weights.grad.tolist() == pytest.approx([-1 / 6, -1 / 6, 1 / 6])
    assert not D.Normal(loc, scale).sample().requires_grad


@grouped(
    "distribution",
    [
        D.Normal(torch.zeros(2), 1.0),
        D.Bernoulli(torch.tensor([0.2, 0.5])),
        D.Categorical(torch.ones(2, 3)),
        D.Multinomial(2, torch.ones(2, 3)),
        D.MultivariateNormal(torch.zeros(2, 2), scale_tril=torch.eye(2)),
        D.Independent(D.Laplace(torch.zeros(2, 3), 1.0), 1),
    ],
)
def test_one_in_a_larger_shape_is_as_likely(distribution: Any) -> None:
    larger = distribution.expand((3, 2))
    drawn = larger.sample()
    assert drawn.shape == (3, 2, *distribution.event_shape)
    assert torch.equal(larger.log_prob(drawn), distribution.log_prob(drawn))
    assert torch.equal(larger.entropy()[1], distribution.entropy())


@grouped("distribution", [D.Bernoulli, D.Categorical])
@pytest.mark.parametrize("given", ["probs", "logits"])
def test_what_was_drawn_before_takes_no_gradient_from_what_is_asked_later(distribution: Any, given: str) -> None:
    found = []
    for draws in (False, True):
        numbers = T([0.2, 0.3, 0.5], requires_grad=True)
        made = distribution(**{given: numbers})
        if draws:
            made.sample()
            with torch.no_grad():
                made.log_prob(T([1.0, 0.0, 1.0]))
        (made.entropy().sum() + made.mean.nansum() + made.log_prob(T([1.0, 0.0, 1.0])).sum()).backward()
        found.append(numbers.grad)
    assert torch.equal(*found)


@grouped(
    "call, message",
    [
        (
            lambda: D.Normal(0, -1),
            "Expected parameter scale (Tensor of shape ()) of distribution Normal(loc: 0.0, scale",
        ),
        (
            lambda: D.Bernoulli(1.5),
            "Expected parameter probs (Tensor of shape ()) of distribution Bernoulli(probs: 1.5)",
        ),
        (lambda: D.Bernoulli(0.5, 1.0), "Either `probs` or `logits` must be specified, but not both."),
        (lambda: D.Categorical(T([0.5, math.nan])), "Expected parameter probs (Tensor of shape (2,)) of distribution"),
        (lambda: D.Categorical(T(1.0)), "`probs` parameter must be at least one-dimensional."),
        (lambda: D.Bernoulli(0.5).log_prob(T(2.0)), "Expected value argument (Tensor of shape ()) to be within the"),
        (lambda: D.Bernoulli(0.5).log_prob(1.0), "The value argument to log_prob must be a Tensor"),
        (lambda: D.Normal(torch.zeros(2), 1).log_prob(torch.zeros(3)), "Value is not broadcastable with batch_shape+"),
        (lambda: D.Categorical(torch.ones(3)).log_prob(T(3)), "Expected value argument (Tensor of shape ()) to be"),
        (lambda: D.MultivariateNormal(torch.zeros(2)), "Exactly one of covariance_matrix or precision_matrix or"),
        (
            lambda: D.MultivariateNormal(torch.zeros(2), torch.ones(2, 2)),
            "Expected parameter covariance_matrix (Tensor",
        ),
        (lambda: D.Independent(D.Normal(0, 1), 1), "Expected reinterpreted_batch_ndims <= len(base_distribution."),
        (lambda: D.Multinomial(2, torch.ones(3)).log_prob(T(1)), "The right-most size of value must match event_shape"),
        (lambda: D.Bernoulli(0.5).cdf(T(1.0)), "the cdf of Bernoulli is not implemented"),
        (lambda: D.Normal("a", 1), "Input arguments must all be instances of Number, torch.Tensor"),
        (lambda: D.Bernoulli(0.5).rsample(), "Bernoulli has no rsample"),
        (lambda: kl(D.Normal(0, 1), D.Bernoulli(0.5)), "No KL(p || q) is implemented for p type Normal and q type"),
        (lambda: D.Multinomial(torch.ones(2), torch.ones(3)), "inhomogeneous total_count is not supported"),
    ],
)
def test_what_no_distribution_has_is_refused(call: Any, message: str) -> None:
    with pytest.raises((ValueError, NotImplementedError)) as caught:
        call()
    assert str(caught.value).startswith(message)
