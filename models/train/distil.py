"""Distils the teacher into a few-step student with guidance built in.

    python distil.py --data DATA --run RUN --teacher clips --name student --steps 400

Student step i (of `--student-steps`, trailing) learns to land where the teacher lands with
`--substeps` guided DDIM steps over the same interval, from the same noised clip. The towers stay
the teacher's.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from torch import Tensor

from export import load_model
from magdiff.checkpoint import load_checkpoint, save_checkpoint
from magdiff.model import MagDiff
from magdiff.muon import Muon, split_parameters
from magdiff.objective import output_error
from magdiff.pool import Pool
from magdiff.schedule import NoiseSchedule, ddim_step, mixed_noise
from train_unet import batch_at


def arguments() -> argparse.Namespace:
    """Command line of the distillation."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--teacher", required=True)
    p.add_argument("--name", default="student")
    p.add_argument("--mix", nargs="+", default=["frame=0.3", "clip=0.7"])
    p.add_argument("--rest", type=float, help="share of clips that keep the rest, instead of each kind's own")
    p.add_argument("--steps", type=int, default=400)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--student-steps", type=int, default=4)
    p.add_argument("--substeps", type=int, default=2)
    p.add_argument("--guidance", type=float, default=2.5)
    p.add_argument("--lr", type=float, default=6e-4)
    p.add_argument("--batch-scale", type=float, default=0.7)
    p.add_argument("--reuse", type=float, default=3.0)
    p.add_argument("--window", type=int, default=4)
    p.add_argument("--region", type=float, default=1.0)
    p.add_argument("--seed", type=int, default=2)
    p.add_argument("--pool-seed", type=int, default=1)
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--per-place", type=int, default=48)
    p.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    p.add_argument("--rank", type=int, default=0)
    p.add_argument("--ranks", type=int, default=1)
    p.add_argument("--save-every", type=int, default=100)
    return p.parse_args()


def interval(schedule: NoiseSchedule, count: int, parts: int) -> list[list[int]]:
    """Timesteps of each student step and its teacher substeps, ending at the next step (−1: clean)."""
    ratio = schedule.steps // count
    rows = []
    for t in schedule.trailing(count):
        rows.append([t - ratio * k // parts for k in range(parts)] + [t - ratio])
    return rows


def target_clean(x: Tensor, after: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The x₀ with which one DDIM step from ᾱ = a to ᾱ = b takes `x` to `after`."""
    share = ((1 - b) / (1 - a)).sqrt()
    # after = √b x₀ + √(1 − b) (x − √a x₀) / √(1 − a)
    return (after - share * x) / (b.sqrt() - share * a.sqrt())


def main() -> None:
    """Runs the distillation."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    began = time.time()
    device = args.device
    pool = Pool(args.data, args.run, args.pool_seed, device, args.size, args.per_place, args.rest)
    teacher = load_model(args.run / f"{args.teacher}.pt").to(device)
    student = load_model(args.run / f"{args.teacher}.pt").to(device)
    student.unet.requires_grad_(True)
    if student.unet.subject_mix is not None:
        student.unet.subject_mix.freeze_linear_parts()
    averaged = load_model(args.run / f"{args.teacher}.pt").to(device)
    hidden, other = split_parameters(student.unet)
    opt = torch.optim.AdamW(other, lr=args.lr, betas=(0.9, 0.98), weight_decay=0.0)
    muon = Muon(hidden, lr=args.lr)
    path = args.run / f"{args.name}.pt"
    step = 0
    if path.exists():
        state = load_checkpoint(path)
        student.load_state_dict(state["model"])
        averaged.load_state_dict(state["ema"])
        opt.load_state_dict(state["opt"])
        muon.load_state_dict(state["muon"])
        step = state["step"]
    mix = {k: float(v) for k, v in (m.split("=") for m in args.mix)}
    schedule = NoiseSchedule()
    alphas = schedule.alphas_cumprod.to(device)
    rows = interval(schedule, args.student_steps, args.substeps)
    empty = torch.tensor(pool.tokenizer.encode("")).to(device)
    log = (args.run / f"{args.name}.jsonl").open("a")
    first, running = step, 0.0

    def save() -> None:
        save_checkpoint(
            path,
            {
                "model": student.state_dict(),
                "ema": averaged.state_dict(),
                "opt": opt.state_dict(),
                "muon": muon.state_dict(),
                "step": step,
                "config": student.cfg.to_json(),
            },
        )

    while step < args.steps and time.time() - began < args.minutes * 60:
        batch, g = batch_at(pool, step, args.seed, mix, args)
        n = len(batch.z)
        z = batch.z.transpose(1, 2).to(device)
        noise = mixed_noise(g, z.shape, 1 - 0.2 * torch.rand(n, generator=g)).to(device)
        # the first step matters most: it settles what is where
        which = int(torch.multinomial(torch.tensor([0.4, 0.2, 0.2, 0.2][: len(rows)]), 1, generator=g))
        times = rows[which]
        a0 = alphas[times[0]]
        x0 = a0.sqrt() * z + (1 - a0).sqrt() * noise
        with torch.autocast(device, torch.bfloat16, enabled=args.precision == "bf16"):
            with torch.no_grad():
                context, subject = teacher.encode(batch.conditions.to(device), empty)
                x = guided_steps(teacher, x0, times, context, subject, empty, args.guidance, schedule)
                wanted = target_clean(x0, x, a0, schedule.after(times[-1]).to(device))
            t = torch.tensor([times[0]], device=device)
            clean = student.predict(x0, t, context, subject).float()
        loss = output_error(student, clean - wanted, t, batch.region.to(device), args.region)
        done = step / args.steps
        for group in (*opt.param_groups, *muon.param_groups):
            group["lr"] = args.lr * min(1.0, (step + 1) / 20) * (1 - 0.9 * done)
        student.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.unet.parameters(), 1.0)
        opt.step()
        muon.step()
        step += 1
        with torch.no_grad():
            pairs = (list(averaged.unet.parameters()), list(student.unet.parameters()))
            torch._foreach_lerp_(*pairs, 1 - min(0.98, step / (step + 10)))
        running += (loss.item() - running) * max(0.03, 1 / (step - first))
        if step % 20 == 0:
            rate = (time.time() - began) / (step - first)
            row = {"step": step, "loss": round(running, 4), "n": n, "s_per_step": round(rate, 3)}
            log.write(json.dumps(row) + "\n")
            log.flush()
            print(row, flush=True)
        if step % args.save_every == 0:
            save()
    save()


def guided_steps(
    model: MagDiff,
    x: Tensor,
    times: list[int],
    context: Tensor,
    subject: Tensor,
    empty: Tensor,
    guidance: float,
    schedule: NoiseSchedule,
) -> Tensor:
    """DDIM of the guided teacher along `times` (the last one is only arrived at)."""
    n = len(x)
    blank = model.text_encoder(empty.expand(n, -1))
    both = torch.cat([torch.cat([blank, context[:, blank.shape[1] :]], dim=1), context])
    twice = torch.cat([subject, subject])
    for t, after in zip(times, times[1:], strict=False):
        step = torch.tensor([t], device=x.device)
        off, on = model.predict(torch.cat([x, x]), step, both, twice).float().chunk(2)
        clean = off + guidance * (on - off)
        x = ddim_step(x, clean, schedule.after(t).to(x.device), schedule.after(after).to(x.device), "sample")
    return x


if __name__ == "__main__":
    main()
