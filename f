value	18.0
grad_fn	MulBackward0
grad.x	12.0
grad.y	9.0
