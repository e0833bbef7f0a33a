"""Writes the model folder the studio loads.

    python export.py --run RUN --checkpoint clips --student student --out models/bundled/magdiff-small

Weights are float16 safetensors under the released key names; every tensor is checked to be finite.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor, nn

from magdiff.checkpoint import load_checkpoint
from magdiff.model import IMAGE_MEAN, IMAGE_STD, MagDiff, ModelConfig
from magdiff.planner import load_planner
from magdiff.pool import TEXT_LENGTH, load_vae
from magdiff.schedule import BETAS, SAMPLER, TRAILING_POWER
from magdiff.tokenizer import END, START, Tokenizer
from magdiff.world.clips import SCALES
from magdiff.world.vocabulary import ground_words, vocabulary

WEIGHTS = "diffusion_pytorch_model.safetensors"


def write_part(out: Path, config: dict[str, Any] | None, module: nn.Module, name: str, prefix: str = "") -> int:
    """Writes config.json and the weights of one part; returns the bytes written."""
    out.mkdir(parents=True, exist_ok=True)
    if config is not None:
        (out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    tensors: dict[str, Tensor] = {}
    for key, value in module.state_dict().items():
        half = value.detach().cpu().half().contiguous()
        if not bool(half.isfinite().all()):
            raise SystemExit(f"{out.name}: {key} is not finite in float16")
        tensors[prefix + key] = half
    save_file(tensors, out / name, metadata={"format": "pt"})
    return (out / name).stat().st_size


def scheduler_config() -> dict[str, Any]:
    """The noise schedule of `magdiff.schedule` in the diffusers form."""
    return {
        "_class_name": "DDIMScheduler",
        "num_train_timesteps": 1000,
        "beta_start": BETAS[0],
        "beta_end": BETAS[1],
        "beta_schedule": "scaled_linear",
        "clip_sample": False,
        "set_alpha_to_one": True,
        "steps_offset": 1,
        "prediction_type": "sample",
        "rescale_betas_zero_snr": True,
        "timestep_spacing": "trailing",
        "trailing_power": TRAILING_POWER,
    }


def description(cfg: ModelConfig, rgb: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """`magdiff.json`."""
    side = cfg.unet.sample_size * 8
    return {
        "format": "magdiff-folder",
        "version": 1,
        "name": "magdiff-small",
        "title": "MagDiff Small",
        "licence": "MIT",
        "width": side,
        "height": side,
        "frames": args.frames,
        "framesPerSecond": 8,
        "text": {"hiddenLayer": "last"},
        "image": {
            "size": cfg.image_size,
            "mean": list(IMAGE_MEAN),
            "std": list(IMAGE_STD),
            "colourOrder": "rgb",
            "resample": "bicubic",
            "hiddenLayer": "last",
            "tokensPerFrame": cfg.tokens_per_frame,
        },
        "subject": {
            "otherFrames": "planned" if args.planner or (args.out / "motion_planner").exists() else "repeat"
        },
        "hfa": {"kind": "pyramid", "scales": list(SCALES)},
        "guidance": {"text": args.guidance, "image": 1.0},
        "noiseAlpha": args.noise_alpha,
        "steps": args.steps,
        "sampler": SAMPLER,
        "student": {"folder": "unet_student", "steps": 4, "guidanceDistilled": True} if args.student else None,
        "ground": ground_words(),
        "latentToRgb": rgb,
    }


def load_model(path: Path) -> MagDiff:
    """Averaged weights of a training checkpoint, in evaluation mode."""
    state = load_checkpoint(path)
    model = MagDiff(ModelConfig.from_json(state["config"]), state["ema"]["black"])
    model.load_state_dict(state["ema"])
    return model.eval().requires_grad_(False)


def main() -> None:
    """Exports one model."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--student")
    p.add_argument("--planner", help="name of the motion planner's checkpoint; a folder that has one keeps it")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--guidance", type=float, default=1.5)
    p.add_argument(
        "--noise-alpha", type=float, default=1.0, help="share of the noise that all frames have in common"
    )
    p.add_argument("--steps", type=int, default=8, help="steps of the teacher where nobody says how many")
    p.add_argument("--frames", type=int, nargs="+", default=[1, 8])
    args = p.parse_args()
    model = load_model(args.run / f"{args.checkpoint}.pt")
    vae = load_vae(args.run / "vae_frozen.pt")
    tokenizer = Tokenizer.load(args.run / "tokenizer", TEXT_LENGTH)
    tokenizer.save(args.out / "tokenizer")
    (args.out / "world.json").write_text(json.dumps(vocabulary(), indent=1) + "\n")
    bos, eos = tokenizer.vocab[START], tokenizer.vocab[END]
    unet = model.cfg.unet.to_json()
    size = write_part(args.out / "unet", unet, model.unet, WEIGHTS)
    if args.student:
        student = load_model(args.run / f"{args.student}.pt")
        size += write_part(args.out / "unet_student", unet, student.unet, WEIGHTS)
    size += write_part(args.out / "vae", vae.cfg.to_json(), vae, WEIGHTS)
    text = model.text_encoder.to_json(bos, eos)
    size += write_part(args.out / "text_encoder", text, model.text_encoder, "model.safetensors")
    size += write_part(
        args.out / "image_encoder",
        model.image_encoder.to_json(),
        model.image_encoder,
        "model.safetensors",
    )
    size += write_part(args.out / "resampler", model.resampler.cfg.to_json(), model.resampler, WEIGHTS)
    size += write_part(args.out / "hfa_pyramid", model.hfa_pyramid.config, model.hfa_pyramid, WEIGHTS)
    if args.planner:
        planner = load_planner(args.run / f"{args.planner}.pt")
        size += write_part(args.out / "motion_planner", planner.cfg.to_json(), planner, WEIGHTS)
    (args.out / "scheduler").mkdir(exist_ok=True)
    (args.out / "scheduler/scheduler_config.json").write_text(json.dumps(scheduler_config(), indent=1) + "\n")
    rgb = load_checkpoint(args.run / "vae_frozen.pt")["latent_to_rgb"]
    about = description(model.cfg, rgb, args)
    (args.out / "magdiff.json").write_text(json.dumps(about, indent=1) + "\n")
    print(f"{args.out}: {size / 2**20:.1f} MiB of weights")


if __name__ == "__main__":
    main()
