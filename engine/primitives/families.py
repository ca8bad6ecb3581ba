"""The families that the operations are in, with the facts that hold for all of one unless its record says else."""

from __future__ import annotations

from ..table.family import Family

ACTIVATION = Family("activation", elementwise=True, method=False, below=("nn.functional",))
ARITHMETIC = Family("arithmetic", elementwise=True, in_place=True)
ELEMENTARY = Family("elementary", elementwise=True, floating=True, in_place=True)
CHANCE = Family("chance", promotes=(), shape_only=("x", "y"))
CREATION = Family("creation", method=False)
INDEXING = Family("indexing")
LAYER = Family("layer", method=False, below=("nn.functional",))
LINEAR_ALGEBRA = Family("linear algebra", promotes=(), called_as={"x": "A", "y": "B"})
LOSS = Family("loss", method=False, below=("nn.functional",))
ORDERING = Family("ordering", along=True)
REDUCTION = Family("reduction", along=True)
SCAN = Family("scan", along=True)
SELECTION = Family("selection", elementwise=True, in_place=True)
SHAPE = Family("shape")
# PyTorch has special functions in `torch.special`, some as methods of tensors too; others it has not.
SPECIAL = Family("special", elementwise=True, floating=True, method=False, below=("special",))
SPECIAL_METHODS = Family("special", elementwise=True, floating=True, in_place=True, below=("", "special"))
SPECIAL_OWN = Family("special", elementwise=True, floating=True, method=False, torch=())
STATISTICS = Family("statistics", along=True)
WRITING = Family("writing")
