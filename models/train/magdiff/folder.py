"""Reads an exported model folder back into the modules, its float16 weights computed in float32."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from .model import MagDiff, ModelConfig, pyramid_latents
from .modules.unet import UnetConfig
from .modules.vae import AutoencoderKL, VaeConfig
from .planner import MotionPlanner, PlannerConfig
from .tokenizer import Tokenizer
from .world.clips import SCALES


def weights(folder: Path) -> dict[str, Tensor]:
    """All tensors of a part, in float32."""
    path = next(folder.glob("*.safetensors"))
    return {k: v.float() for k, v in load_file(path).items()}


def load_folder(folder: Path, unet: str = "unet") -> tuple[MagDiff, AutoencoderKL, Tokenizer]:
    """Model, VAE and tokenizer of an exported folder."""

    def read(part: str) -> dict:
        data: dict = json.loads((folder / part / "config.json").read_text())
        return data

    text, image, about = (
        read("text_encoder"),
        read("image_encoder"),
        json.loads((folder / "magdiff.json").read_text()),
    )
    vae = AutoencoderKL(VaeConfig.from_json(read("vae")))
    vae.load_state_dict(weights(folder / "vae"))
    cfg = ModelConfig(
        vocab=text["vocab_size"],
        width=text["hidden_size"],
        text_length=text["max_position_embeddings"],
        image_size=image["image_size"],
        patch=image["patch_size"],
        tokens_per_frame=about["image"]["tokensPerFrame"],
        pyramid_hidden=read("hfa_pyramid")["hidden_channels"],
        text_layers=text["num_hidden_layers"],
        image_layers=image["num_hidden_layers"],
        unet=UnetConfig.from_json(read("unet")),
    )
    size = cfg.unet.sample_size * 8
    with torch.no_grad():
        black = pyramid_latents(vae, [torch.zeros(1, 3, int(size * s), int(size * s)) for s in SCALES])
    model = MagDiff(cfg, black[0])
    # some checkpoints hold a network that read the subject's mask off its pixels
    kept = {k: v for k, v in weights(folder / unet).items() if not k.startswith("subject_mix.mask_")}
    model.unet.load_state_dict(kept)
    for part in ("text_encoder", "image_encoder", "resampler", "hfa_pyramid"):
        getattr(model, part).load_state_dict(weights(folder / part))
    return model.eval(), vae.eval(), Tokenizer.load(folder / "tokenizer", cfg.text_length)


def load_planner(folder: Path) -> MotionPlanner:
    """The motion planner of an exported folder."""
    config = json.loads((folder / "motion_planner/config.json").read_text())
    planner = MotionPlanner(PlannerConfig.from_json(config))
    planner.load_state_dict(weights(folder / "motion_planner"))
    return planner.eval()
