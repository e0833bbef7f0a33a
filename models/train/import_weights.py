"""Makes a run folder out of an exported model, so that training can go on from what ships.

    python import_weights.py --model ../bundled/magdiff-small --run RUN --name shipped

Writes RUN/vae_frozen.pt, RUN/tokenizer/ and RUN/<name>.pt (weights only: a stage started with `--init <name>`
begins with fresh optimisers).
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn

from export import WEIGHTS
from magdiff.checkpoint import save_checkpoint
from magdiff.model import MagDiff, ModelConfig, black_latents
from magdiff.modules.unet import UnetConfig
from magdiff.modules.vae import AutoencoderKL, VaeConfig


def read_part(folder: Path, module: nn.Module, name: str = WEIGHTS) -> None:
    """Loads one exported part into `module`, as float32; every key must be there."""
    tensors: dict[str, Tensor] = load_file(folder / name)
    module.load_state_dict({k: v.float() for k, v in tensors.items()})


def read_vae(folder: Path) -> AutoencoderKL:
    """The VAE of an exported model."""
    config = json.loads((folder / "config.json").read_text())
    vae = AutoencoderKL(VaeConfig(**{k: v for k, v in config.items() if k in VaeConfig.__dataclass_fields__}))
    read_part(folder, vae)
    return vae.eval()


def main() -> None:
    """Writes the run folder."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", default="shipped")
    args = p.parse_args()
    about = json.loads((args.model / "magdiff.json").read_text())
    vae = read_vae(args.model / "vae")
    args.run.mkdir(parents=True, exist_ok=True)
    frozen = {
        "ema": vae.state_dict(),
        "config": vae.cfg.to_json(),
        "latent_to_rgb": about["latentToRgb"],
        "step": 0,
    }
    save_checkpoint(args.run / "vae_frozen.pt", frozen)
    shutil.copytree(args.model / "tokenizer", args.run / "tokenizer", dirs_exist_ok=True)
    vocab = len(json.loads((args.model / "tokenizer/vocab.json").read_text()))
    unet = UnetConfig.from_json(json.loads((args.model / "unet/config.json").read_text()))
    cfg = ModelConfig(vocab=vocab, unet=unet)
    model = MagDiff(cfg, black_latents(vae, about["width"]))
    read_part(args.model / "unet", model.unet)
    read_part(args.model / "text_encoder", model.text_encoder, "model.safetensors")
    read_part(args.model / "image_encoder", model.image_encoder, "model.safetensors")
    read_part(args.model / "resampler", model.resampler)
    read_part(args.model / "hfa_pyramid", model.hfa_pyramid)
    state = model.state_dict()
    save_checkpoint(
        args.run / f"{args.name}.pt",
        {"model": state, "ema": state, "config": cfg.to_json(), "step": 0, "seconds": 0.0},
    )
    print(f"{args.run / args.name}.pt: {sum(x.numel() for x in state.values()) / 1e6:.1f} M values")


if __name__ == "__main__":
    main()
