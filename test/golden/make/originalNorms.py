"""AnimateDiff's original readings of group norms, which diffusers lacks."""

import re

import torch


class PerFrame(torch.nn.Module):
    """A group norm of (b, C, f, h, w) taken frame by frame."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        return torch.stack([self.norm(x[:, :, frame]) for frame in range(x.shape[2])], dim=2)


class AllFrames(torch.nn.Module):
    """A group norm of (b · f, C, h, w) taken over all frames."""

    def __init__(self, norm, frames):
        super().__init__()
        self.norm, self.frames = norm, frames

    def forward(self, x):
        clip = x.unflatten(0, (-1, self.frames)).transpose(1, 2)
        return self.norm(clip).transpose(1, 2).flatten(0, 1)


def read_norms_as_original(unet, frames, first_version):
    for name, module in list(unet.named_modules()):
        if re.search(r"motion_modules\.\d+$", name):
            module.norm = PerFrame(module.norm)
        elif first_version and re.search(r"resnets\.\d+$", name):
            module.norm1, module.norm2 = AllFrames(module.norm1, frames), AllFrames(module.norm2, frames)
    if first_version:
        unet.conv_norm_out = AllFrames(unet.conv_norm_out, frames)
