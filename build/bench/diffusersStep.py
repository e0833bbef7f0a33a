"""Times the same UNet step in diffusers on PyTorch: Stable Diffusion 1.5 with an AnimateDiff module, 16 frames of
256 squared, no guidance, random weights, without an image adapter. Prints one JSON line: {"seconds": the smallest}.

    python3 build/bench/diffusersStep.py THREADS [RUNS]

Optional: needs torch and diffusers. `magdiff bench --family sd15 --beside python3` runs it after its own step.
"""

import json
import sys
import time

import torch
from diffusers import UNetMotionModel

threads, runs = int(sys.argv[1]), int((sys.argv[2:] + ["3"])[0])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = UNetMotionModel(
    sample_size=32,
    in_channels=4,
    out_channels=4,
    block_out_channels=(320, 640, 1280, 1280),
    layers_per_block=2,
    cross_attention_dim=768,
    num_attention_heads=8,
    use_motion_mid_block=False,
    motion_max_seq_length=32,
).eval()
with torch.inference_mode():
    sample, text = torch.randn(1, 4, 16, 32, 32), torch.randn(16, 77, 768)
    seconds = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        model(sample, torch.tensor(500), text)
        seconds.append(time.perf_counter() - began)
print(json.dumps({"seconds": min(seconds[1:])}))
