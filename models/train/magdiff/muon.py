"""Muon: momentum orthogonalised by a Newton–Schulz iteration, for weights of two or more axes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


def orthogonalise(m: Tensor, rounds: int = 5) -> Tensor:
    """Nearest semi-orthogonal matrix, roughly, of (rows, columns)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    # enough precision for the iteration; a CPU without bfloat16 units is many times slower at it than at float32
    x = m.bfloat16() if m.is_cuda or torch.ops.mkldnn._is_mkldnn_bf16_supported() else m.float()
    wide = x.shape[0] > x.shape[1]
    if wide:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        s = x @ x.T
        x = a * x + (b * s + c * s @ s) @ x
    return x.T if wide else x


class Muon(torch.optim.Optimizer):
    """SGD with Nesterov momentum whose matrix updates are orthogonalised; RMS-matched to Adam."""

    def __init__(self, params: Iterable[Tensor], lr: float, decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "momentum": 0.95, "decay": decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One update; `closure` is not used. Many small products: one thread is the quickest."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        for group in self.param_groups:
            mu, lr = group["momentum"], group["lr"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "m" not in state:
                    state["m"] = torch.zeros_like(p)
                m = state["m"]
                m.lerp_(p.grad, 1 - mu)
                g = p.grad.lerp(m, mu).flatten(1)
                u = orthogonalise(g) * (0.2 * max(g.shape) ** 0.5)
                if group["decay"]:
                    p.mul_(1 - lr * group["decay"])
                p.add_(u.reshape(p.shape).to(p.dtype), alpha=-lr)
        torch.set_num_threads(threads)


def split_parameters(module: nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """Weights for Muon (hidden matrices and kernels), and all others for AdamW."""
    hidden, other = [], []
    for name, p in module.named_parameters():
        if not p.requires_grad:
            continue
        edge = any(
            k in name
            for k in (
                "conv_in",
                "conv_out",
                "conv_less",
                "coordinates",
                "embedding",
                "latents",
                "conv_norm",
                "subject_mix",
            )
        )
        (other if p.ndim < 2 or edge or p.shape[0] < 8 else hidden).append(p)
    return hidden, other
