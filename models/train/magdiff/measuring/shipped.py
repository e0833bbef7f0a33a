"""The model as it ships: its ONNX graphs in ONNX Runtime, its float16 weights, around the same sampler.

`build/writeGraphs.ts` writes the graphs the studio runs. Text and image towers, resampler and pyramid are the
PyTorch modules with the shipped weights (they agree with their graphs to a thousandth, and run once per clip).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F
from torch import Tensor

from ..folder import load_folder, load_planner
from ..model import Conditions, Drop
from ..modules.attention import ApaAttention
from ..schedule import SAMPLERS, NoiseSchedule

Predict = Callable[[Tensor, Tensor], Tensor]


@dataclass
class Setting:
    """How a row's clips are generated; α are factors on the learned ones, `fixed` replaces both."""

    weights: str = "unet"
    steps: int = 25
    guidance: float = 1.0
    alpha_text: float = 1.0
    alpha_image: float = 1.0
    fixed: float | None = None
    no_hfa: bool = False
    sampler: str = "ddim"


EDGE_STEP = 0.28  # a step at a cell's border beyond this, of a range of 2, is an edge of the picture


def join_cells(made: Tensor, cell: int) -> Tensor:
    """Pictures (m, c, h, w) in −1..1 without the steps at the borders of their cells.

    Where a picture jumps there by more than it slopes on both sides, and by less than an edge, the jump is spread
    as a ramp over half of each cell.
    """
    made, reach = made.clone(), cell // 2
    for axis in (3, 2):
        x = made.transpose(axis, 3)  # borders across the last axis
        for at in range(cell, x.shape[3] - reach + 1, cell):
            a, b, c, d = (x[..., at + k] for k in (-2, -1, 0, 1))
            step = c - b - (b - a + d - c) / 2
            step = F.avg_pool1d(F.pad(step, (2, 2), mode="replicate"), 5, 1)
            step = step * (1 - (step / EDGE_STEP) ** 2).clamp_min(0)
            for away in range(reach):
                part = step * (1 - (away + 0.5) / reach) / 2
                x[..., at - away - 1] += part
                x[..., at + away] -= part
    return made


class ShippedModel:
    """One exported folder and its graphs, on one thread."""

    def __init__(self, folder: Path, graphs: Path, threads: int = 1) -> None:
        """`graphs`: what `build/writeGraphs.ts` wrote for `folder`."""
        self.folder, self.graphs, self.threads = folder, graphs, threads
        self.about = json.loads((graphs / "graphs.json").read_text())
        self.model, self.vae, self.tokenizer = load_folder(folder)
        self.model.requires_grad_(False)
        self.planner = load_planner(folder).requires_grad_(False)
        manifest = json.loads((folder / "magdiff.json").read_text())
        self.guidance: float = manifest["guidance"]["text"]
        self.noise_alpha: float = manifest.get("noiseAlpha", 0.0)
        student = manifest.get("student")
        self.teacher = Setting("unet", manifest["steps"], self.guidance, sampler=manifest.get("sampler", "ddim"))
        self.used = Setting(student["folder"], student["steps"]) if student else self.teacher
        self.empty = torch.tensor(self.tokenizer.encode(""))
        self.schedule = NoiseSchedule()
        self._sessions: dict[str, ort.InferenceSession] = {}
        self._alphas: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def session(self, name: str) -> ort.InferenceSession:
        """The graph of that name, loaded once."""
        if name not in self._sessions:
            options = ort.SessionOptions()
            options.intra_op_num_threads = self.threads
            key = "session.model_external_initializers_file_folder_path"
            options.add_session_config_entry(key, str((self.folder / self.about[name]["folder"]).resolve()))
            data = (self.graphs / f"{name}.onnx").read_bytes()
            self._sessions[name] = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        return self._sessions[name]

    def run(self, name: str, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """All outputs of one run."""
        session = self.session(name)
        outputs = [o.name for o in session.get_outputs()]
        return dict(zip(outputs, session.run(outputs, feeds), strict=True))

    def learned_alphas(self, weights: str) -> tuple[np.ndarray, np.ndarray]:
        """The learned α of text and image, one per cross-attention layer in the order of the graph's inputs."""
        if weights not in self._alphas:
            unet = self.model.unet if weights == "unet" else load_folder(self.folder, weights)[0].unet
            layers = {n: m for n, m in unet.named_modules() if isinstance(m, ApaAttention)}
            inputs = [i.name for i in self.session(weights).get_inputs()]
            names = [i.removesuffix(".text_key") for i in inputs if i.endswith(".text_key")]
            text = [float(layers[n].text_cross_attention_scale) for n in names]
            image = [float(layers[n].image_cross_attention_scale) for n in names]
            self._alphas[weights] = (np.array(text, np.float32), np.array(image, np.float32))
        return self._alphas[weights]

    @torch.no_grad()
    def sample(self, c: Conditions, noise: Tensor, s: Setting) -> Tensor:
        """Clean scaled latents (n, C, f, h, w), clip by clip."""
        predictors = zip(noise.split(1), self.predictors(c, s), strict=True)
        walk = SAMPLERS[s.sampler]
        return torch.cat([walk(predict, x, self.schedule, s.steps) for x, predict in predictors])

    def predictors(self, c: Conditions, s: Setting) -> list[Predict]:
        """For each clip what gives x₀ (1, C, f, h, w) of noisy latents and a timestep (1,)."""
        n = len(c.ids)
        never = torch.zeros(n, dtype=torch.bool)
        context, subject = self.model.encode(
            c, self.empty, Drop(never, never, torch.zeros(n)) if s.no_hfa else None
        )
        blank = self.model.text_encoder(self.empty.expand(n, -1))
        silent = torch.cat([blank, context[:, blank.shape[1] :]], dim=1)
        text, image = self.learned_alphas(s.weights)
        if s.fixed is not None:
            text, image = np.full_like(text, s.fixed), np.full_like(image, s.fixed)
        alphas = {"alpha_text": text * s.alpha_text, "alpha_image": image * s.alpha_image}
        out: list[Predict] = []
        for i in range(n):
            said = self.run(f"{s.weights}_context", {"context": context[i : i + 1].numpy()})
            unsaid = self.run(f"{s.weights}_context", {"context": silent[i : i + 1].numpy()})

            def predict(x: Tensor, t: Tensor, i: int = i, said: dict = said, unsaid: dict = unsaid) -> Tensor:
                feeds = {k: np.repeat(a[:, None], x.shape[2], axis=1) for k, a in alphas.items()}
                feeds |= {"timestep": t.numpy().astype(np.float32)}
                feeds["sample"] = torch.cat([x, subject[i : i + 1]], dim=1).contiguous().numpy()
                on = torch.from_numpy(self.run(s.weights, {**feeds, **said})["prediction"])
                if s.guidance == 1.0:
                    return on
                off = torch.from_numpy(self.run(s.weights, {**feeds, **unsaid})["prediction"])
                return off + s.guidance * (on - off)

            out.append(predict)
        return out

    def decode(self, latents: Tensor) -> Tensor:
        """Scaled latents (m, C, h, w) → pictures (m, 3, 8h, 8w) in 0..1, their cells joined as the studio does."""
        frames = latents.contiguous().numpy() / self.vae.cfg.scaling_factor
        name = self.session("vae_decoder").get_inputs()[0].name
        pictures = [self.run("vae_decoder", {name: frames[i : i + 1]})["image"] for i in range(len(frames))]
        made = join_cells(
            torch.from_numpy(np.concatenate(pictures)), 2 ** (len(self.vae.cfg.block_out_channels) - 1)
        )
        return ((made + 1) / 2).clamp(0, 1)
