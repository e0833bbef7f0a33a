"""Modules against golden outputs: `MAGDIFF_GOLDEN=folder pytest models/train/tests`.

Without the variable, `test/golden/data` of the repository is used.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from magdiff.modules.resampler import Resampler, ResamplerConfig
from magdiff.modules.unet import UNet3DConditionModel, UnetConfig
from magdiff.modules.vae import AutoencoderKL, VaeConfig
from magdiff.schedule import RELEASED_BETAS, NoiseSchedule, ddim_step

GOLDEN = Path(os.environ.get("MAGDIFF_GOLDEN", Path(__file__).resolve().parents[3] / "test/golden/data"))


def config(folder: str) -> dict:
    return json.loads((GOLDEN / folder / "config.json").read_text())


def weights(path: str) -> dict[str, Tensor]:
    return {k: v.float() for k, v in load_file(GOLDEN / path).items()}


def error(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max() / b.abs().max())


@pytest.mark.parametrize(
    ("folder", "case"),
    [(f, c) for f in ("unet", "unet_sparse") for c in ("video", "image")] + [("unet", "wide")],
)
@torch.no_grad()
def test_unet(folder: str, case: str) -> None:
    unet = UNet3DConditionModel(UnetConfig.from_json(config(folder)))
    unet.load_state_dict(weights(f"{folder}/diffusion_pytorch_model.safetensors"))
    cases = load_file(GOLDEN / folder / "cases.safetensors")
    out = unet(cases[f"{case}.sample"], cases[f"{case}.timestep"], cases[f"{case}.encoder_hidden_states"])
    assert error(out, cases[f"{case}.output"]) < 1e-4


@torch.no_grad()
def test_vae() -> None:
    known = VaeConfig.__dataclass_fields__
    cfg = VaeConfig(**{k: v for k, v in config("vae").items() if k in known})
    vae = AutoencoderKL(cfg)
    vae.load_state_dict(weights("vae/diffusion_pytorch_model.safetensors"))
    cases = load_file(GOLDEN / "vae/cases.safetensors")
    mean, logvar = vae.encode(cases["image"])
    assert error(mean, cases["mean"]) < 1e-4
    assert error(logvar, cases["logvar"]) < 1e-4
    assert error(vae.decode(cases["latent"]), cases["decoded"]) < 1e-4


@torch.no_grad()
def test_resampler() -> None:
    resampler = Resampler(ResamplerConfig(**config("resampler")))
    resampler.load_state_dict(weights("resampler/resampler.safetensors"))
    cases = load_file(GOLDEN / "resampler/cases.safetensors")
    assert error(resampler(cases["image_tokens"]), cases["output"]) < 1e-4


def test_ddim_pipeline() -> None:
    """The 8-step guided recipe ends in the golden latents."""
    case = load_file(GOLDEN / "pipeline/case.safetensors")
    unet = UNet3DConditionModel(UnetConfig.from_json(config("unet")))
    unet.load_state_dict(weights("unet/diffusion_pytorch_model.safetensors"))
    schedule = NoiseSchedule(False, 1000, *RELEASED_BETAS)
    text = torch.cat([case["null_text_embeds"], case["text_embeds"]])
    context = torch.cat([text, case["image_tokens"].expand(2, -1, -1)], dim=1)
    x = case["initial_latents"]
    times = [1 + 125 * i for i in range(7, -1, -1)]
    with torch.no_grad():
        for t in times:
            inputs = torch.cat([x, case["subject_latents"]], dim=1).expand(2, -1, -1, -1, -1)
            off, on = unet(inputs, torch.tensor([t]), context).chunk(2)
            eps = off + 7.5 * (on - off)
            before = t - 125
            a = schedule.alphas_cumprod[t]
            b = schedule.alphas_cumprod[max(before, 0)]
            x = ddim_step(x, eps, a, b, "epsilon")
    assert error(x, case["final_latents"]) < 1e-3
