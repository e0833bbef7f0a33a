"""Writes a small UNet of random weights that corrects what noisy latents say, with cases for other runtimes.

python golden_unet.py --out ../../test/golden/data/unet_preconditioned
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from magdiff.checkpoint import seed_for
from magdiff.modules.unet import UNet3DConditionModel, UnetConfig
from magdiff.schedule import NoiseSchedule


@torch.no_grad()
def small_unet() -> UNet3DConditionModel:
    """A UNet whose every weight takes part in its output; half precision, computed in float32."""
    cfg = UnetConfig(
        sample_size=8,
        in_channels=12,
        out_channels=6,
        block_out_channels=[32, 32],
        cross_attention_dim=16,
        attention_head_dim=[2, 2],
        text_context_len=5,
        subject_patch=2,
        precondition=True,
        coordinates=True,
        detail=0.4,
    )
    torch.manual_seed(70)
    unet = UNet3DConditionModel(cfg).eval()
    g = seed_for(71)
    for p in unet.parameters():
        p.add_(torch.randn(p.shape, generator=g) * 0.1)
    assert unet.precondition is not None and unet.subject_mix is not None
    unet.precondition.fit(NoiseSchedule().alphas_cumprod, torch.linspace(3, 0.4, cfg.out_channels))
    unet.subject_mix.black.copy_(torch.randn(cfg.out_channels, generator=g))
    unet.load_state_dict({k: v.half().float() for k, v in unet.state_dict().items()})
    return unet


@torch.no_grad()
def main() -> None:
    """Writes configuration, weights and cases."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--out", type=Path, required=True)
    out: Path = p.parse_args().out
    unet = small_unet()
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(unet.cfg.to_json(), indent=1) + "\n")
    save_file({k: v.half() for k, v in unet.state_dict().items()}, out / "diffusion_pytorch_model.safetensors")
    cases: dict[str, torch.Tensor] = {}
    for name, frames, width, t in (("noisy", 3, 8, 999), ("middle", 3, 8, 411), ("clean", 1, 12, 0)):
        g = seed_for(72, t)
        latents = torch.randn(1, 12, frames, 8, width, generator=g)
        mask = (torch.randn(1, 4, frames, 8, width, generator=g) * 2).clamp(0, 1)  # some cells free of it
        mask[..., width // 2 :] = 0.0
        sample = torch.cat([latents, mask], dim=1)
        states = torch.randn(1, 5 + 4 * frames, 16, generator=g)
        timestep = torch.tensor([t])
        given = {"sample": sample, "encoder_hidden_states": states, "timestep": timestep}
        cases |= {f"{name}.{k}": v for k, v in given.items()}
        cases[f"{name}.output"] = unet(sample, timestep, states)
    save_file(cases, out / "cases.safetensors")


if __name__ == "__main__":
    main()
