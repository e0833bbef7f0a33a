"""Makes the golden cases of the Stable Diffusion 1.5 family beside this folder (sd15/): small random weights in the files
people have, and what diffusers makes of them. The original readings of AnimateDiff's group norms, which diffusers lacks, are
put in here. Run: python test/golden/make/makeSd15.py [output folder]
Needs torch, diffusers, transformers and safetensors; the data is committed, so nothing else needs this script."""

import json
import pathlib
import re
import sys

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    MotionAdapter,
    UNet2DConditionModel,
    UNetMotionModel,
)
from diffusers.models.attention import FreeNoiseTransformerBlock
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPVisionConfig, CLIPVisionModelWithProjection

from originalNames import ldm_unet, ldm_vae, original_motion
from originalNorms import read_norms_as_original

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "sd15")
WIDTH, CONTEXT, WORDS, LAYERS = 32, 64, 130, 1
LEVELS = (WIDTH, WIDTH)


def settle(module, seed):
    """Random values that matter, rounded to what the files will hold."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=generator))
            parameter.copy_(parameter.half().float())
    return module.eval()


def state_of(module):
    return {key: value.half().contiguous() for key, value in module.state_dict().items() if value.is_floating_point()}


def attend_in_windows(unet, length, stride):
    """What diffusers' pipelines do to a UNet's motion modules when FreeNoise is switched on."""
    for name, module in list(unet.named_modules()):
        if not re.search(r"motion_modules\.\d+$", name):
            continue
        for index, old in enumerate(module.transformer_blocks):
            new = FreeNoiseTransformerBlock(
                dim=old.dim, num_attention_heads=old.num_attention_heads, attention_head_dim=old.attention_head_dim, dropout=old.dropout,
                cross_attention_dim=old.cross_attention_dim, activation_fn=old.activation_fn, attention_bias=old.attention_bias,
                only_cross_attention=old.only_cross_attention, double_self_attention=old.double_self_attention,
                positional_embeddings=old.positional_embeddings, num_positional_embeddings=old.num_positional_embeddings,
                context_length=length, context_stride=stride, weighting_scheme="pyramid")
            new.load_state_dict(old.state_dict(), strict=True)
            module.transformer_blocks[index] = new.eval()


def resampler_state(seed, embedding, width=32, depth=4, queries=16):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(shape, generator=generator) / shape[-1] ** 0.5
    state = {"latents": draw(1, queries, width), "proj_in.weight": draw(width, embedding), "proj_in.bias": draw(width),
             "proj_out.weight": draw(CONTEXT, width), "proj_out.bias": draw(CONTEXT),
             "norm_out.weight": 1 + draw(CONTEXT), "norm_out.bias": draw(CONTEXT)}
    for layer in range(depth):
        for norm in ("0.norm1", "0.norm2", "1.0"):
            state[f"layers.{layer}.{norm}.weight"], state[f"layers.{layer}.{norm}.bias"] = 1 + draw(width), draw(width)
        state |= {f"layers.{layer}.0.to_q.weight": draw(64, width), f"layers.{layer}.0.to_kv.weight": draw(128, width),
                  f"layers.{layer}.0.to_out.weight": draw(width, 64), f"layers.{layer}.1.1.weight": draw(4 * width, width),
                  f"layers.{layer}.1.3.weight": draw(width, 4 * width)}
    return state


def adapter_state(unet, plus, vision, seed):
    generator = torch.Generator().manual_seed(seed)
    if plus:
        projection = resampler_state(seed, vision.config.hidden_size)
    else:
        projection = {"proj.weight": torch.randn((4 * CONTEXT, vision.config.projection_dim), generator=generator) * 0.2,
                      "proj.bias": torch.randn(4 * CONTEXT, generator=generator),
                      "norm.weight": 1 + 0.2 * torch.randn(CONTEXT, generator=generator),
                      "norm.bias": torch.randn(CONTEXT, generator=generator)}
    state = {f"image_proj.{key}": value for key, value in projection.items()}
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor") and "motion_modules" not in name:
            for part in ("to_k_ip", "to_v_ip"):
                state[f"{name}#{part}"] = torch.randn((WIDTH, CONTEXT), generator=generator) / CONTEXT**0.5
    names = [name for name in unet.attn_processors if "motion_modules" not in name]
    renamed = {}
    for key, value in state.items():
        if "#" in key:
            name, part = key.split("#")
            key = f"ip_adapter.{names.index(name)}.{part}.weight"
        renamed[key] = value.half()
    return renamed


def load_adapter(unet, state, scale):
    parts = {"image_proj": {}, "ip_adapter": {}}
    for key, value in state.items():
        group, rest = key.split(".", 1)
        parts[group][rest] = value.float()
    unet._load_ip_adapter_weights([parts])
    for processor in unet.attn_processors.values():
        if hasattr(processor, "scale"):
            processor.scale = [scale]


def lora_state(unet, text, seed, rank=3):
    """kohya names; returns the file, and merges it into the modules."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    wanted = re.compile(r"attn[12]\.to_[qkv]$|to_out\.0$|ff\.net\.|proj_(in|out)$|resnets\.0\.conv1$|time_emb_proj$|conv_shortcut$")
    towers = [("lora_unet", unet, 0.9), ("lora_te", text, 0.9)]
    for prefix, module, weight in towers:
        for name, layer in module.named_modules():
            if "motion_modules" in name or not hasattr(layer, "weight") or layer.weight.dim() < 2 or "embedding" in name:
                continue
            if prefix == "lora_unet" and not wanted.search(name):
                continue
            outputs, inputs, *kernel = layer.weight.shape
            down = (torch.randn((rank, inputs, *kernel), generator=generator) * 0.2).half()
            up = (torch.randn((outputs, rank, *([1] * len(kernel))), generator=generator) * 0.2).half()
            file_name = name if prefix == "lora_unet" or name.startswith("text_model") else f"text_model.{name}"
            stem = f"{prefix}_{file_name.replace('.', '_')}"
            state |= {f"{stem}.lora_down.weight": down, f"{stem}.lora_up.weight": up, f"{stem}.alpha": torch.tensor(2.0).half()}
            with torch.no_grad():
                delta = (up.float().flatten(1) @ down.float().flatten(1)).reshape(layer.weight.shape)
                layer.weight.add_(weight * (2.0 / rank) * delta)
    return state


SCHEDULERS = {
    "ddim": lambda: DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="linear", steps_offset=1, clip_sample=False),
    "lcm": lambda: LCMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="linear"),
    "euler-trailing": lambda: EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="linear", timestep_spacing="trailing"),
    "dpmpp-2m": lambda: DPMSolverMultistepScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="linear", steps_offset=1, algorithm_type="dpmsolver++"),
}


@torch.no_grad()
def make(name, seed, scheduler, motion=None, norms=None, plus=False, inpaint=False, lora=False, folder=False, clip_skip=0, guidance=7.5, free_noise=None):
    torch.manual_seed(seed)
    path = OUT / name
    path.mkdir(parents=True, exist_ok=True)
    text = settle(CLIPTextModel(CLIPTextConfig(vocab_size=WORDS, hidden_size=CONTEXT, intermediate_size=CONTEXT // 2, num_hidden_layers=2,
                                               num_attention_heads=1, hidden_act="quick_gelu", bos_token_id=WORDS - 2, eos_token_id=WORDS - 1)), seed)
    vae = settle(AutoencoderKL(block_out_channels=(32,), down_block_types=["DownEncoderBlock2D"], up_block_types=["UpDecoderBlock2D"],
                               layers_per_block=1, latent_channels=4, sample_size=16), seed + 1)
    unet = settle(UNet2DConditionModel(in_channels=9 if inpaint else 4, block_out_channels=LEVELS, layers_per_block=LAYERS, cross_attention_dim=CONTEXT,
                                       down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"], up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
                                       attention_head_dim=8, sample_size=8), seed + 2)
    vision = settle(CLIPVisionModelWithProjection(CLIPVisionConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=32,
                                                                   patch_size=16, projection_dim=40, hidden_act="gelu")), seed + 3)
    settings = {"format": "stable-diffusion-1", "imageEncoder": "image_encoder", "imageAdapter": "ip-adapter.safetensors", "scheduler": scheduler, "steps": 3,
                "guidance": guidance, "imageScale": 0.7, "clipSkip": clip_skip, "frames": 3 if motion else 1, "height": 8, "width": 16, "norms": norms}
    if folder:
        for part, module in (("unet", unet), ("vae", vae), ("text_encoder", text)):
            module.half().save_pretrained(path / "base" / part)
            module.float()
        settings["base"] = "base"
    else:
        weights = {f"model.diffusion_model.{key}": value for key, value in ldm_unet(state_of(unet), LAYERS).items()}
        weights |= {f"first_stage_model.{key}": value for key, value in ldm_vae(state_of(vae), 1).items()}
        prefix = "" if next(iter(text.state_dict())).startswith("text_model") else "text_model."
        weights |= {f"cond_stage_model.transformer.{prefix}{key}": value for key, value in state_of(text).items()}
        weights |= {"alphas_cumprod": torch.linspace(1, 0, 10), "cond_stage_model.transformer.text_model.embeddings.position_ids": torch.arange(77)[None]}
        save_file({key: value.contiguous() for key, value in weights.items()}, path / "base.safetensors")
        settings["base"] = "base.safetensors"
    vision.half().save_pretrained(path / "image_encoder")
    vision.float()
    net = unet
    if motion:
        length = 24 if motion == "v1" else 32
        adapter = settle(MotionAdapter(block_out_channels=LEVELS, motion_layers_per_block=LAYERS, motion_num_attention_heads=8, motion_max_seq_length=length,
                                       use_motion_mid_block=motion == "v2"), seed + 4)
        if motion == "folder":
            adapter.half().save_pretrained(path / "motion")
            adapter.float()
            settings["motion"] = "motion"
        else:
            save_file(original_motion(state_of(adapter), length), path / "motion.safetensors")
            settings["motion"] = "motion.safetensors"
        net = UNetMotionModel.from_unet2d(unet, adapter).eval()
        if free_noise:
            attend_in_windows(net, *free_noise)
            settings["freeNoise"] = {"length": free_noise[0], "stride": free_noise[1]}
            settings["frames"] = 8
        if norms == "original":
            read_norms_as_original(net, settings["frames"], motion == "v1")
    if lora:
        save_file(lora_state(net, text, seed + 6), path / "lora.safetensors")
        settings["loras"] = [{"file": "lora.safetensors", "weight": 0.9}]
    adapter_weights = adapter_state(net, plus, vision, seed + 5)
    save_file(adapter_weights, path / "ip-adapter.safetensors")
    load_adapter(net, adapter_weights, settings["imageScale"])

    case = {}
    ids = torch.randint(0, WORDS - 2, (2, 77))
    ids[:, 0], ids[0, 8:], ids[1, 1:] = WORDS - 2, WORDS - 1, WORDS - 1
    norm = text.final_layer_norm if hasattr(text, "final_layer_norm") else text.text_model.final_layer_norm
    states = norm(text(ids, output_hidden_states=True).hidden_states[-1 - clip_skip])
    case |= {"prompt_ids": ids[:1].int(), "negative_ids": ids[1:].int(), "prompt_states": states[:1], "negative_states": states[1:]}
    pixels = torch.randn(1, 3, 32, 32)
    if plus:
        embeds = vision(pixels, output_hidden_states=True).hidden_states[-2]
        without = vision(torch.zeros_like(pixels), output_hidden_states=True).hidden_states[-2]
    else:
        embeds = vision(pixels).image_embeds
        without = torch.zeros_like(embeds)
    project = net.encoder_hid_proj
    tokens = project([embeds[:, None]])[0]
    case |= {"clip_pixels": pixels, "image_embeds": embeds, "uncond_image_embeds": without, "image_tokens": tokens}
    frames, height, width = settings["frames"], settings["height"], settings["width"]
    initial = torch.randn(1, 4, frames, height, width)
    case["initial"] = initial
    beside = []
    if inpaint:
        case["mask"] = (torch.rand(1, 1, frames, height, width) > 0.5).float()
        case["masked_latents"] = torch.randn(1, 4, frames, height, width) * 0.5
        beside = [case["mask"], case["masked_latents"]]

    def predict(sample, timestep, kind):
        both = torch.cat([sample, *beside], dim=1)
        chosen, picture = (states[:1], embeds) if kind == "prompt" else (states[1:], without)
        given = both if motion else both[:, :, 0]
        answer = net(given, timestep, chosen.repeat(frames, 1, 1) if motion else chosen, added_cond_kwargs={"image_embeds": [picture[:, None]]}).sample
        return answer if motion else answer[:, :, None]

    case["unet.timestep"] = torch.tensor([601])
    case["unet.output"] = predict(initial, torch.tensor(601), "prompt")
    sampler = SCHEDULERS[scheduler]()
    sampler.set_timesteps(settings["steps"])
    latents = initial * sampler.init_noise_sigma
    noises = []
    case["timesteps"] = sampler.timesteps.float()
    for step, timestep in enumerate(sampler.timesteps):
        scaled = sampler.scale_model_input(latents, timestep)
        answer = predict(scaled, timestep, "prompt")
        if guidance != 1:
            none = predict(scaled, timestep, "negative")
            answer = none + guidance * (answer - none)
        extra = {}
        if scheduler == "lcm":
            state = torch.random.get_rng_state()
            noises.append(torch.randn_like(latents))
            torch.random.set_rng_state(state)
        latents = sampler.step(answer, timestep, latents, **extra).prev_sample
        case[f"step.{step}"] = latents
    if noises:
        case["step_noise"] = torch.stack(noises)
    case["latents"] = latents
    case["frames"] = torch.cat([vae.decode(latents[:, :, frame] / 0.18215).sample for frame in range(frames)])
    case["vae.image"] = torch.rand(1, 3, settings["height"], settings["width"]) * 2 - 1
    case["vae.mean"] = vae.encode(case["vae.image"]).latent_dist.mean
    save_file({key: value.contiguous().clone() for key, value in case.items()}, path / "case.safetensors")
    (path / "case.json").write_text(json.dumps({key: value for key, value in settings.items() if value is not None}, indent=1))
    total = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    print(name, f"{total / 2**20:.2f} MiB")


if __name__ == "__main__":
    make("v1_original", 11, "ddim", motion="v1", norms="original")
    make("v1_diffusers", 12, "ddim", motion="v1", norms="diffusers", guidance=1.0)
    make("v2_plus", 13, "dpmpp-2m", motion="v2", norms="diffusers", plus=True)
    make("v2_original", 14, "ddim", motion="v2", norms="original", guidance=1.0)
    make("v3_inpaint", 15, "dpmpp-2m", motion="v3", norms="original", inpaint=True)
    make("folder_lora_lcm", 16, "lcm", motion="folder", norms="diffusers", lora=True, guidance=1.0)
    make("still", 17, "euler-trailing", folder=True, clip_skip=1)
    make("free_noise", 18, "ddim", motion="v3", norms="diffusers", guidance=1.0, free_noise=(4, 2))
