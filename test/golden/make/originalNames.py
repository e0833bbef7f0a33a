"""From diffusers' names of weights to those of the files people have."""

import re


def ldm_unet(state, layers):
    """The UNet of a Stable Diffusion checkpoint; `layers` residual blocks a level."""
    parts = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
             "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
    heads = {"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
             "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2"}
    named = {}
    for key, value in state.items():
        module, ending = key.rsplit(".", 1)
        if module in heads:
            named[f"{heads[module]}.{ending}"] = value
            continue
        block = re.match(r"(down|up|mid)_block(?:s\.(\d+))?\.(\w+)\.(\d+)\.(.+)$", module)
        way, level, kind, layer, rest = block.groups()
        layer = int(layer)
        if way == "mid":
            place = "middle_block.1" if kind == "attentions" else f"middle_block.{2 * layer}"
        elif way == "down":
            place = f"input_blocks.{1 + int(level) * (layers + 1) + (layers if kind == 'downsamplers' else layer)}"
            place += ".0.op" if kind == "downsamplers" else ".1" if kind == "attentions" else ".0"
        else:
            place = f"output_blocks.{int(level) * (layers + 1) + (layers if kind == 'upsamplers' else layer)}"
            attends = f"up_blocks.{level}.attentions.0.norm.weight" in state
            place += (".2.conv" if attends else ".1.conv") if kind == "upsamplers" else ".1" if kind == "attentions" else ".0"
        rest = "" if kind.endswith("samplers") else f".{parts[rest]}" if kind == "resnets" else f".{rest}"
        named[f"{place}{rest}.{ending}"] = value
    return named


def ldm_vae(state, levels):
    """The VAE of a Stable Diffusion checkpoint."""
    attention = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
    named = {}
    for key, value in state.items():
        key = key.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
        key = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", key)
        found = re.match(r"(.*)mid_block\.attentions\.0\.(.+)\.(weight|bias)$", key)
        if found:
            key = f"{found[1]}mid.attn_1.{attention[found[2]]}.{found[3]}"
            if found[3] == "weight" and found[2] != "group_norm":
                value = value[:, :, None, None]
        key = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", key)
        key = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", key)
        key = re.sub(r"up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"up.{levels - 1 - int(m[1])}.block.{m[2]}", key)
        key = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{levels - 1 - int(m[1])}.upsample", key)
        named[key] = value
    return named


def original_motion(state, length):
    """A motion module of AnimateDiff; `length` positions are kept."""
    named = {}
    for key, value in state.items():
        key = re.sub(r"(motion_modules\.\d+)\.", r"\1.temporal_transformer.", key)
        for ours, theirs in (("attn1", "attention_blocks.0"), ("attn2", "attention_blocks.1"), ("norm1", "norms.0"),
                             ("norm2", "norms.1"), ("norm3", "ff_norm")):
            key = key.replace(f"transformer_blocks.0.{ours}.", f"transformer_blocks.0.{theirs}.")
        if "pos_embed" in key:
            for block in (0, 1):
                named[key.replace("pos_embed", f"attention_blocks.{block}.pos_encoder")] = value[:, :length].clone()
        else:
            named[key] = value
    return named
