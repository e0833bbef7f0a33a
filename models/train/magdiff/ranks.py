"""Data-parallel training on one machine: single-threaded processes that meet once per step.

On a CPU shared with other work this is several times faster than threads inside the operators, which
wait for each other at every one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor


class Ranks:
    """`count` processes; rank 0 alone writes files. With count 1 every method does nothing."""

    def __init__(self, rank: int, count: int, meeting: Path) -> None:
        self.rank, self.count = rank, count
        if count > 1:
            dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=count)

    def average(self, params: Sequence[Tensor]) -> None:
        """Replaces every gradient by the mean over the ranks."""
        if self.count == 1:
            return
        grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in params]
        flat = torch.cat([g.flatten() for g in grads])
        dist.all_reduce(flat)
        flat /= self.count
        at = 0
        for p in params:
            p.grad = flat[at : at + p.numel()].view_as(p).clone()
            at += p.numel()

    def share(self, params: Sequence[Tensor]) -> list[Tensor]:
        """The part of `params` this rank updates."""
        return list(params[self.rank :: self.count])

    def spread(self, params: Sequence[Tensor]) -> None:
        """Sends every rank's updated share to the others."""
        if self.count == 1:
            return
        with torch.no_grad():
            for rank in range(self.count):
                part = list(params[rank :: self.count])
                flat = torch.cat([p.detach().flatten() for p in part])
                dist.broadcast(flat, rank)
                if rank == self.rank:
                    continue
                at = 0
                for p in part:
                    p.copy_(flat[at : at + p.numel()].view_as(p))
                    at += p.numel()

    def agree(self, flag: bool) -> bool:
        """True on every rank when it is true on rank 0."""
        if self.count == 1:
            return flag
        value = torch.tensor([float(flag)])
        dist.broadcast(value, 0)
        return bool(value.item())

    def wait(self) -> None:
        """Meets the other ranks."""
        if self.count > 1:
            dist.barrier()
