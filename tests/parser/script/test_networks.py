"""Classes of scripts that are based on the engine's: networks and data, and what they cannot reach."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.parser.script.running.exceptions import ScriptError
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session

NET = """\
import torch
from torch import nn
class Net(nn.Module):
    kind = "mine"
    def __init__(self, size=2):
        super(Net, self).__init__()
        self.fc = nn.Linear(size, 1)
        self._hidden = 5
    def forward(self, x):
        return self.fc(x)
    def extra_repr(self):
        return f"hidden={self._hidden}"
    @property
    def half(self):
        return self._hidden / 2
    @half.setter
    def half(self, value):
        self._hidden = 2 * value
class Child(Net):
    def forward(self, x):
        return 0 * super().forward(x) + 7
net = Net()
"""


def run(source: str, limits: Limits = Limits()) -> str:  # noqa: B008
    written: list[str] = []
    Session(written.append, limits).run(NET + source)
    return "".join(written)


@grouped(
    "source, shown",
    [
        ("net", "Net(\n  hidden=5\n  (fc): Linear(in_features=2, out_features=1, bias=True)\n)\n"),
        ("net.half = 4; net._hidden, net.half, net.kind", "(8, 4.0, 'mine')\n"),
        ("Child()(torch.ones(1, 2)).item()", "7.0\n"),
        ("isinstance(Child(), Net), isinstance(net, nn.Module), isinstance(net.fc, nn.Linear)", "(True, True, True)\n"),
        ("[name for name, _ in net.named_parameters()]", "['fc.weight', 'fc.bias']\n"),
        ("net.eval().training, net.fc.training", "(False, False)\n"),
        ("net.forward = lambda x: x * 3; net(torch.ones(1))", "tensor([3.])\n"),
        (
            "m = nn.Sequential(Net(), nn.Tanh()); len(m), type_name"
            if False
            else "len(nn.Sequential(Net(), nn.Tanh()))",
            "2\n",
        ),
        (
            "class Positive(nn.Module):\n  def forward(self, x): return x.exp()\n"
            "  def right_inverse(self, x): return x.log()\n"
            "from torch.nn.utils import parametrize\n"
            "l = parametrize.register_parametrization(nn.Linear(1, 1), 'bias', Positive(), unsafe=True)\n"
            "l.bias = torch.ones(1); l.parametrizations.bias.original.item()",
            "0.0\n",
        ),
        ("seen = []\nnet.apply(lambda m: seen.append(m.training)); seen", "[True, True]\n"),
        (
            "import torch.nn.utils.prune as prune\n"
            "print(prune.l1_unstructured(nn.Linear(4, 1), 'weight', 0.5).weight_mask.sum(), prune.is_pruned(net))",
            "tensor(2.) False\n",
        ),
        (
            "from torch.distributions.categorical import Categorical\n"
            "policy = Categorical(logits=torch.tensor([0.0, 100.0])); a = policy.sample(); a, policy.log_prob(a)",
            "(tensor(1), tensor(0.))\n",
        ),
        (
            "from torch.autograd import Variable\nx = Variable(torch.ones(1), requires_grad=True)\n"
            "if __name__ == '__main__': x.exp().backward()\nx.grad",
            "tensor([2.7183])\n",
        ),
        ("nn.Transformer.generate_square_subsequent_mask(2)", "tensor([[0., -inf],\n        [0., 0.]])\n"),
        ("lazy = nn.LazyLinear(2); lazy(torch.ones(1, 3)); lazy", "Linear(in_features=3, out_features=2, bias=True)\n"),
        ("list(net._modules)", "['fc']\n"),
        ("p = nn.Parameter(torch.ones(2)); net.w = p; (net.w * 2).sum().backward(); p.grad", "tensor([2., 2.])\n"),
        (
            "class D(torch.utils.data.Dataset):\n  def __len__(self): return 3\n"
            "  def __getitem__(self, i): return i * 2.0\n"
            "[b.tolist() for b in torch.utils.data.DataLoader(D(), batch_size=2)]",
            "[[0.0, 2.0], [4.0]]\n",
        ),
    ],
)
def test_a_class_of_a_script_is_a_network(source: str, shown: str) -> None:
    assert run(source) == shown


@grouped(
    "source",
    [
        *(
            f"net.{name}"
            for name in ("__class__", "__dict__", "_apply", "_named", "__init__", "_forward_hooks", "_set_by_script")
        ),
        *(
            f"net.{name} = 3"
            for name in ("__class__", "_apply", "_modules", "_forward_hooks", "_class_of_script", "__call__")
        ),
        *(f"nn.Module.{name}" for name in ("__subclasses__", "__init__", "__dict__", "mro", "_apply")),
        *(f"torch.optim.SGD(net.parameters(), lr=1).{name}" for name in ("_begin", "__class__", "_steps", "_update")),
        "Net.__mro__",
        "net.forward.__globals__",
        "net.fc.forward.__func__",
        "nn.Module.forward.__globals__",
        "torch.save",
        "torch.load",
        "nn.functional.np",
        "torch.utils.data.np",
        "torch.optim.lr_scheduler.warnings",
        "torch.nn.init.math",
        "nn.containers",
        "torch.distributions.sampling",
        "import torch.distributions.continuous",
        "from torch.distributions.normal import sampling",
        "torch.distributions.Normal(0, 1)._checks",
        "torch.distributions.Normal(0, 1).sample((10**9,))",
        "torch.distributions.Multinomial(10**9, torch.ones(2)).sample()",
        "torch.distributions.Multinomial(10**9, torch.ones(2)).entropy()",
        "torch.distributions.Exponential(1.0).expand((10**9,)).sample()",
        "torch.distributions.Laplace(0.0, 1.0).expand((10**9,)).sample()",
        "torch.distributions.Poisson(1.0).expand((10**9,)).sample()",
        "torch.distributions.Independent(torch.distributions.Normal(0, 1).expand((10**9,)), 1).sample()",
        "torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)).expand((10**9,)).precision_matrix",
        "torch.distributions.Categorical(torch.ones(10**9))",
        "d = torch.distributions.Categorical(torch.ones(2)); d._num_events = 10**9",
        "class V(torch.autograd.Variable): pass",
        "nn.LazyLinear(3)._becomes",
        "net.register_forward_hook.__self__",
        "next(net.parameters()).__class__",
        "class A(nn.Module):\n  def __getattr__(self, name): return 3",
        "class A(nn.Module, Net): pass",
        "super(Net, 3)",
        "super(int, net)",
        "net.state_dict().__class__",
        "net.load_state_dict({'fc.weight': 3})",
    ],
)
def test_what_leads_out_of_the_engine_is_not_reached(source: str) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011
        run(source)
    assert type(raised.value).__name__ in ("ScriptError", "ExpressionError")


def test_networks_that_are_inside_each_other_too_often_end_at_the_limit() -> None:
    deep = "m = nn.ReLU()\nfor i in range(40): m = nn.Sequential(m, m)\n"
    for use in ("m(torch.ones(1))", "m", "m.state_dict()", "sum(1 for _ in m.named_modules(remove_duplicate=False))"):
        with pytest.raises(ScriptError, match="more than 20,000 steps"):
            run(deep + use, Limits(steps=20_000))
    with pytest.raises(ScriptError, match="too deep"):
        run("net.inner = net\nrepr(net)")


def test_settings_of_backends_can_be_asked_for_and_set(run) -> None:
    assert (
        run(
            "before = torch.backends.cudnn.deterministic\n"
            "torch.backends.cudnn.deterministic = True\n"
            "print(torch.backends.cudnn.deterministic, torch.backends.mps.is_available())\n"
            "torch.backends.cudnn.deterministic = before"
        )
        == "True False\n"
    )


@pytest.mark.parametrize(
    "source",
    ["torch.backends.cudnn.other = True", "torch.backends.cudnn.deterministic = [1]", "torch.backends.mps = 1"],
)
def test_nothing_else_of_them_can_be_set(fails, source: str) -> None:
    assert fails(source).kind == "name"


def test_a_parameter_is_shown_with_its_type_in_pytorch(run) -> None:
    assert run("print(type(torch.nn.Linear(1, 1).weight))") == "<class 'torch.nn.parameter.Parameter'>\n"


def test_modules_of_settings_can_be_imported_and_nothing_inside_classes_can(run, fails) -> None:
    source = "import torch.backends.cudnn as cudnn\nfrom torch.backends import mps\n"
    assert run(source + "print(cudnn.benchmark, mps.is_available())") == "False False\n"
    for path in ("torch.nn.Module.forward", "torch.backends.__dict__", "torch.Tensor.data", "torch.version.cuda.x"):
        outer, _, inner = path.rpartition(".")
        assert fails(f"from {outer} import {inner}").kind == "name", path
        assert fails(f"import {path}").kind == "name", path
