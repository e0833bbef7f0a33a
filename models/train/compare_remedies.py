"""Compares ways to carry a moved subject's detail to later frames when only the first frame has its cut-out.

    python compare_remedies.py --data DATA --run RUN --steps 250

A small UNet at 64 px, trained alike in every arm: HFA in the first frame alone, as the release has it; the first
frame's HFA repeated in all; sparse-causal attention to the first frame; both; and, for comparison, the cut-out in
every frame where the path puts it, as the bundled model has it. Prints PSNR of the subject by frame, of held-out
subjects, after one denoising from pure noise.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from magdiff.checkpoint import seed_for
from magdiff.measures import region_psnr
from magdiff.model import Conditions, MagDiff, ModelConfig, black_latents
from magdiff.modules.unet import UnetConfig
from magdiff.modules.vae import AutoencoderKL
from magdiff.muon import Muon, split_parameters
from magdiff.patches import linear_parts, pixel_head
from magdiff.pool import TEXT_LENGTH, Encoded, encode_clips, load_vae
from magdiff.prepared import plain
from magdiff.schedule import NoiseSchedule
from magdiff.tokenizer import Tokenizer
from magdiff.world.clips import World, compose
from train_unet import STEADY, picture_error

SIZE, FRAMES, SHOWN = 64, 8, (0, 1, 4, 7)
# closed frames, sparse-causal attention, frames with a cut-out
ARMS = {
    "first frame alone": ("black", False, 1),
    "first frame repeated": ("repeat", False, 1),
    "sparse-causal": ("black", True, 1),
    "repeated and sparse-causal": ("repeat", True, 1),
    "cut-out in every frame": ("repeat", False, FRAMES),
}


def main() -> None:
    """Trains and measures every arm."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--steps", type=int, default=250)
    p.add_argument("--clips", type=int, default=480, help="clips of the training pool, shared by the arms")
    p.add_argument("--held", type=int, default=96)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--per-place", type=int, default=24)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    vae = load_vae(args.run / "vae_frozen.pt")
    tokenizer = Tokenizer.load(args.run / "tokenizer", TEXT_LENGTH)
    worlds = {s: World.load(args.data, s, args.per_place) for s in ("train", "held")}
    recipe = plain(imprecise=0.0)

    def draw(split: str, k: int, n: int) -> tuple[Encoded, Tensor]:
        clips = compose(seed_for(61, len(split), k), worlds[split], n, FRAMES, FRAMES, recipe, SIZE)
        return encode_clips(vae, clips, tokenizer, torch.ones(n, FRAMES, dtype=torch.bool)), clips.alpha

    pool = [draw("train", k, 24)[0] for k in range(args.clips // 24)]
    held = [draw("held", k, 24) for k in range(args.held // 24)]
    print(f"{args.steps} steps of {args.batch} clips; subject PSNR in frames", *[k + 1 for k in SHOWN], flush=True)
    for name, (closed, sparse, opened) in ARMS.items():
        began = time.time()
        model = train_arm(pool, (closed, sparse, opened), args, vae, len(tokenizer.vocab))
        took = time.time() - began
        values = [measured(model, vae, e, alpha, opened) for e, alpha in held]
        each = torch.cat(values).nanmean(0)
        print(
            f"| {name} | " + " | ".join(f"{x:.2f}" for x in each) + f" | {took / args.steps:.2f} s/step |",
            flush=True,
        )


def conditions_of(e: Encoded, rows: Tensor, opened: int) -> Conditions:
    """Conditions of some clips with the cut-outs of their first `opened` frames."""
    c = e.conditions
    return Conditions(
        c.ids[rows], c.image[rows, :opened], c.hfa[rows, :opened].float(), arange_open(len(rows), opened)
    )


def arange_open(n: int, opened: int) -> Tensor:
    """(n, FRAMES) bool, the first `opened` true."""
    return (torch.arange(FRAMES) < opened).expand(n, -1)


def train_arm(
    pool: list[Encoded],
    arm: tuple[str, bool, int],
    args: argparse.Namespace,
    vae: AutoencoderKL,
    vocab: int,
) -> MagDiff:
    """One of `ARMS` from the same start on the same clips."""
    torch.manual_seed(1)
    closed, sparse, opened = arm
    black, head = black_latents(vae, SIZE), pixel_head(vae)
    channels = black.shape[1]
    unet = UnetConfig(
        sample_size=SIZE // 8,
        in_channels=2 * channels,
        out_channels=channels,
        block_out_channels=[64, 96],
        attention_head_dim=[2, 3],
        prepend_first_frame=sparse,
        subject_patch=8 if opened == FRAMES else 0,  # the subject has to be where it is laid
    )
    model = MagDiff(ModelConfig(vocab=vocab, text_layers=2, image_layers=2, closed=closed, unet=unet), black)
    if model.unet.subject_mix is not None:
        model.unet.subject_mix.take_linear_parts(*linear_parts(vae))
    hidden, other = split_parameters(model)
    optimisers = [torch.optim.AdamW(other, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.0), Muon(hidden, lr=2e-3)]
    schedule = NoiseSchedule()
    for step in range(args.steps):
        g = seed_for(62, step)
        e = pool[int(torch.randint(0, len(pool), (1,), generator=g))]
        rows = torch.randperm(len(e.z), generator=g)[: args.batch]
        z = e.z[rows].float().transpose(1, 2)
        noise = torch.randn(z.shape, generator=g)
        # the noisier half of the schedule, where a moved subject has to come from its cut-out
        t = torch.randint(schedule.steps // 2, schedule.steps, (len(rows),), generator=g)
        a, s = schedule.pair(t)
        context, subject = model.encode(conditions_of(e, rows, opened), e.conditions.ids[0])
        clean = model.predict(a * z + s * noise, t, context, subject)
        error = picture_error(clean - z, e.region[rows], head, 6.0)
        loss = (error / s.flatten().clamp_min(STEADY) ** 2).mean()
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = 2e-3 * min(1.0, (step + 1) / 20) * max(0.05, min(1.0, 2 - 2 * step / args.steps))
            optimiser.zero_grad()
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
    return model.eval()


@torch.no_grad()
def measured(model: MagDiff, vae: AutoencoderKL, e: Encoded, alpha: Tensor, opened: int) -> Tensor:
    """PSNR of the subject (n, |SHOWN|) against the VAE's own picture of the true frames."""
    n = len(e.z)
    z = e.z.float().transpose(1, 2)
    noise = torch.randn(z.shape, generator=seed_for(63))
    context, subject = model.encode(conditions_of(e, torch.arange(n), opened), e.conditions.ids[0])
    clean = model.predict(noise, torch.tensor([999]), context, subject)
    shown = list(SHOWN)

    def pictures(x: Tensor) -> Tensor:
        out = vae.decode(x[:, :, shown].transpose(1, 2).flatten(0, 1))
        return ((out + 1) / 2).clamp(0, 1)

    mask = F.interpolate((alpha[:, shown] > 0.9).float().flatten(0, 1).unsqueeze(1), SIZE).squeeze(1)
    return region_psnr(pictures(clean), pictures(z), mask).unflatten(0, (n, len(shown)))


if __name__ == "__main__":
    main()
