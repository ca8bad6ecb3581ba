import torch

w = torch.tensor(0.0, requires_grad=True)

for step in range(4):
    loss = (3 * w - 6) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.05 * w.grad
    w.grad.zero_()
    print(f"step {step}: loss {loss:.4f}, w {w:.4f}")
