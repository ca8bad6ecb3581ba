"""torch.nn: networks and what they are made of."""

from ..api.offered import lacking as _lacking
from ..api.offered import offered_in as _offered_in
from . import (
    attention_layers,
    containers,
    functional,
    image_layers,
    init,
    layers,
    lazy_layers,
    module,
    normalization_layers,
    of_records,
    parameter,
    recurrent,
    utils,
)

_KINDS = (module.Module, parameter.Parameter, parameter.Buffer)
_FILES = (containers, layers, of_records, image_layers, normalization_layers, lazy_layers, recurrent, attention_layers)
for _file in (module, parameter, *_FILES):
    globals().update({name: vars(_file)[name] for name in _offered_in(vars(_file), *_KINDS)})
__all__ = [*_offered_in(globals(), *_KINDS), "functional", "init", "utils"]
__getattr__ = _lacking("torch.nn")
