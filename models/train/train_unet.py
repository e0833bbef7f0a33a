"""Trains UNet, text and image encoders, resampler and pyramid together, on frames and clips.

    python train_unet.py --data DATA --run RUN --name frames --mix frame=1 --steps 1500
    python train_unet.py --data DATA --run RUN --name clips --init frames --mix frame=0.3 clip=0.7 --steps 3000

Resumes from RUN/<name>.pt when it is there. What step s sees depends on the seed and s alone.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from export import load_model
from magdiff.checkpoint import load_checkpoint, save_checkpoint, seed_for
from magdiff.model import Conditions, MagDiff, ModelConfig, black_latents
from magdiff.modules.attention import TransformerBlock
from magdiff.modules.unet import TemporalConv, UnetConfig
from magdiff.muon import Muon, split_parameters
from magdiff.objective import Guide, loss_of, tables_of
from magdiff.patches import linear_parts, pixel_head
from magdiff.pool import KINDS, Encoded, Pool
from magdiff.ranks import Ranks
from magdiff.schedule import NoiseSchedule

BATCH = {"frame": 30, "clip": 4, "long": 2}


def arguments() -> argparse.Namespace:
    """Command line of the training."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", required=True)
    p.add_argument("--init")
    p.add_argument("--mix", nargs="+", default=["frame=1"])
    p.add_argument("--steps", type=int, default=1500)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--final-lr", type=float, default=1.0, help="share of the rate at the last step")
    p.add_argument("--decay-from", type=float, default=0.5)
    p.add_argument("--by-time", action="store_true", help="decay over --minutes instead of --steps")
    p.add_argument("--reuse", type=float, default=3.0, help="times a clip is seen")
    p.add_argument("--window", type=int, default=4, help="shards of a kind in use at a time")
    p.add_argument("--batch-scale", type=float, default=1.0)
    p.add_argument("--region", type=float, default=1.0, help="extra weight of the subject's or the hole's cells")
    p.add_argument("--apart", type=float, default=0.2, help="largest share of noise that frames have of their own")
    p.add_argument("--guide", help="checkpoint whose guidance by the text is built in")
    p.add_argument("--guidance", type=float, default=2.0, help="its weight")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", default="cpu")
    p.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--ranks", type=int, default=1, help="processes started by hand, one per --rank")
    p.add_argument("--rank", type=int, default=0)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--widths", type=int, nargs="+", default=[64, 96, 160])
    p.add_argument("--no-residual", action="store_true", help="HFA at the input alone, as in the release")
    p.add_argument("--no-coordinates", action="store_true", help="cells are not told where they lie")
    p.add_argument("--sparse", action="store_true", help="sparse-causal attention (prepend_first_frame)")
    p.add_argument("--save-every", type=int, default=100)
    p.add_argument("--per-place", type=int, default=48, help="pictures drawn of each place")
    p.add_argument("--rest", type=float, help="share of clips that keep the rest, instead of each kind's own")
    return p.parse_args()


def learning_rate(step: int, minutes: float, args: argparse.Namespace) -> float:
    """Warm-up over 50 steps, flat, then linear to `final_lr` of the peak."""
    peak: float = args.lr
    if step < 50:
        return peak * (step + 1) / 50
    part = min(1.0, minutes / args.minutes) if args.by_time else step / args.steps
    done = max(0.0, (part - args.decay_from) / max(1e-6, 1 - args.decay_from))
    return peak * (1 - done * (1 - args.final_lr))


def pick_rows(e: Encoded, rows: Tensor) -> Encoded:
    """Some clips of a shard, in float32."""
    c = e.conditions
    conditions = Conditions(c.ids[rows], c.image[rows], c.hfa[rows].float(), c.opened[rows], c.mask[rows])
    captions = [e.captions[int(i)] for i in rows]
    return Encoded(e.z[rows].float(), e.region[rows], conditions, captions, e.motion[rows], e.place[rows])


def batch_at(
    pool: Pool, step: int, seed: int, mix: dict[str, float], args: argparse.Namespace
) -> tuple[Encoded, torch.Generator]:
    """The batch of a step: one kind, rows of two shards out of a window that moves with the steps."""
    g = seed_for(seed, 17, step)  # the kind is the same on every rank, the clips are not
    kinds = list(mix)
    shares = torch.tensor([mix[k] for k in kinds])
    kind = kinds[int(torch.multinomial(shares, 1, generator=g))]
    if args.rank:
        g = seed_for(seed, 18, step, args.rank)
    n = max(1, round(BATCH[kind] * args.batch_scale))
    share = mix[kind] / float(shares.sum())
    newest = int(step * share * n / args.reuse / KINDS[kind].clips) + 1
    oldest = max(0, newest - args.window + 1)
    index = int(torch.randint(oldest, newest + 1, (1,), generator=g)) * args.ranks + args.rank
    rows = torch.randperm(KINDS[kind].clips, generator=g)[:n]
    return pick_rows(pool.shard(kind, index), rows), g


def gate_apart(model: MagDiff, other: list[Tensor]) -> list[dict[str, Any]]:
    """Parameter groups for AdamW: gate and mask learn ten times faster, for a sigmoid has far to go."""
    parts = [m for m in (model.unet.conv_gate, model.unet.subject_mix) if m is not None]
    quick = {id(p) for m in parts for p in m.parameters()}
    groups = [{"params": [p for p in other if id(p) not in quick]}]
    return [*groups, {"params": [p for p in other if id(p) in quick], "scale": 10.0}] if quick else groups


def load_momenta(muon: Muon, ranks: Ranks, momenta: list[Tensor]) -> None:
    """Gives this rank its share of the stored momenta (one per hidden weight)."""
    for p, m in zip(muon.param_groups[0]["params"], ranks.share(momenta), strict=True):
        muon.state[p]["m"] = m.clone().to(p.device)


def gather_momenta(muon: Muon, ranks: Ranks, hidden: list[Tensor]) -> list[Tensor]:
    """All ranks' momenta in the order of `hidden`; every rank must call it."""
    momenta = [torch.zeros_like(p) for p in hidden]
    for m, p in zip(ranks.share(momenta), muon.param_groups[0]["params"], strict=True):
        if "m" in muon.state[p]:  # not before the first gradient (temporal parts while frames train)
            m.copy_(muon.state[p]["m"])
    ranks.spread(momenta)
    return momenta


@torch.no_grad()
def correct_nothing(model: MagDiff) -> None:
    """Lets a UNet whose output meant something else begin with corrections of zero and frames apart."""
    silent: list[nn.Module] = [model.unet.conv_out]
    silent += [m.convs[-1] for m in model.unet.modules() if isinstance(m, TemporalConv)]
    silent += [m.temp_attn.to_out for m in model.unet.modules() if isinstance(m, TransformerBlock)]
    for p in (p for m in silent for p in m.parameters()):
        p.zero_()
    if model.unet.conv_gate is not None:
        model.unet.conv_gate.weight[1] = 0.0
        model.unet.conv_gate.bias[1] = 6.0


def start_from(module: MagDiff, state: dict[str, Tensor]) -> list[str]:
    """Loads what fits; returns the keys that do not (other latents, other sizes), which keep their fresh values."""
    own = module.state_dict()
    fits = {k: v for k, v in state.items() if k in own and own[k].shape == v.shape}
    module.load_state_dict(fits, strict=False)
    return sorted(set(own) - set(fits))


def main() -> None:
    """Runs one stage of the training."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    began = time.time()
    pool = Pool(args.data, args.run, args.seed, args.device, args.size, args.per_place, args.rest)
    cfg = ModelConfig(
        tokens_per_frame=16,
        vocab=len(pool.tokenizer.vocab),
        unet=UnetConfig(
            sample_size=args.size // 8,
            in_channels=2 * pool.vae.cfg.latent_channels,
            out_channels=pool.vae.cfg.latent_channels,
            block_out_channels=args.widths,
            attention_head_dim=[w // 32 for w in args.widths],
            subject_patch=0 if args.no_residual or pixel_head(pool.vae) is None else 8,
            prepend_first_frame=args.sparse,
            precondition=True,
            coordinates=not args.no_coordinates,
        ),
    )
    black = black_latents(pool.vae.cpu(), args.size)
    model = MagDiff(cfg, black).to(args.device)
    pool.vae.to(args.device)
    if model.unet.subject_mix is not None:
        model.unet.subject_mix.take_linear_parts(*linear_parts(pool.vae))
    averaged = MagDiff(cfg, model.black.cpu()).to(args.device)
    spread = pool.shard("frame", 0).z.float().std((0, 1, 3, 4))
    for m in (model, averaged):
        tables_of(m).fit(NoiseSchedule().alphas_cumprod, spread)
    hidden, other = split_parameters(model)
    opt = torch.optim.AdamW(gate_apart(model, other), lr=args.lr, betas=(0.9, 0.98), weight_decay=0.0)
    ranks = Ranks(args.rank, args.ranks, args.run / f"{args.name}.meet")
    muon = Muon(ranks.share(hidden), lr=args.lr, decay=0.01)
    step, born, seconds = 0, 0, 0.0  # `born`: steps of the stage it went on from
    path = args.run / f"{args.name}.pt"
    if path.exists():
        state = load_checkpoint(path)
        opt.load_state_dict(state["opt"])
        load_momenta(muon, ranks, state["muon"])
        step, seconds, born = state["step"], state["seconds"], state.get("born", 0)
        model.load_state_dict(state["model"])
        averaged.load_state_dict(state["ema"])
    elif args.init:
        state = load_checkpoint(args.run / f"{args.init}.pt")
        fresh = start_from(model, state["model"])
        if "unet.precondition.skip" in fresh:
            correct_nothing(model)
        else:
            tables_of(averaged).load_state_dict(tables_of(model).state_dict())
        averaged.load_state_dict(model.state_dict())
        if fresh:
            print("fresh:", *fresh, flush=True)
        elif "opt" in state:  # the optimisers' running means go on from the earlier stage
            born = state["step"]
            averaged.load_state_dict(state["ema"])
            opt.load_state_dict(state["opt"])
            load_momenta(muon, ranks, state["muon"])
        # the VAE may have been tuned since
        for m in (model, averaged):
            if m.unet.subject_mix is not None:
                m.unet.subject_mix.take_linear_parts(*linear_parts(pool.vae))
        model.black.copy_(black)
        averaged.black.copy_(black)
    else:
        averaged.load_state_dict(model.state_dict())
    mix = {k: float(v) for k, v in (m.split("=") for m in args.mix)}
    schedule = NoiseSchedule()
    empty = torch.tensor(pool.tokenizer.encode("")).to(args.device)
    log = (args.run / f"{args.name}.jsonl").open("a")
    first, running = step, 0.0
    guide = None
    if args.guide:
        guide = Guide(
            load_model(args.run / f"{args.guide}.pt").to(args.device).requires_grad_(False), args.guidance
        )
    everything = [p for p in model.parameters() if p.requires_grad]

    def save() -> None:
        momenta = gather_momenta(muon, ranks, hidden)
        if ranks.rank > 0:
            return
        state = {
            "model": model.state_dict(),
            "ema": averaged.state_dict(),
            "opt": opt.state_dict(),
            "muon": momenta,
            "step": step,
            "born": born,
            "seconds": seconds + time.time() - began,
            "config": cfg.to_json(),
        }
        save_checkpoint(path, state)

    while step < args.steps and ranks.agree(time.time() - began < args.minutes * 60):
        batch, g = batch_at(pool, step, args.seed, mix, args)
        for group in (*opt.param_groups, *muon.param_groups):
            group["lr"] = learning_rate(step + born, (time.time() - began) / 60, args) * group.get("scale", 1.0)
        loss = loss_of(model, batch, g, schedule, empty, args.region, args.apart, args.precision, guide)
        model.zero_grad(set_to_none=True)
        loss.backward()
        ranks.average(everything)
        torch.nn.utils.clip_grad_norm_(everything, 1.0)
        opt.step()
        muon.step()
        ranks.spread(hidden)
        step += 1
        with torch.no_grad():
            share = max(0.003, 6 / (step + born + 6))  # the mean of about a sixth of all steps
            torch._foreach_lerp_(list(averaged.parameters()), list(model.parameters()), share)
        running += (loss.item() - running) * (0.02 if step - first > 50 else 1 / (step - first))
        if step % 10 == 0 and args.rank == 0:
            rate = (time.time() - began) / (step - first)
            row = {"step": step, "loss": round(running, 4), "s_per_step": round(rate, 3)}
            log.write(json.dumps(row) + "\n")
            log.flush()
            print(row, flush=True)
        if step % args.save_every == 0:
            save()
    save()


if __name__ == "__main__":
    main()
