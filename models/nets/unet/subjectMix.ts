/** The subject laid over what a UNet draws, pixel by pixel but in latents: HFA's last step in the bundled model. */
import { add, mean, multiply, relu, scale, sigmoid, silu, subtract } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, slice } from '../../onnx/shaping.ts';
import { clipOfPictures, picturesOfClip } from '../clip/clipLayers.ts';
import { convolutionLayer, layPatches } from '../modules.ts';

/** Width of the small network that reads the mask off the subject's pixels. */
const maskChannels = 8;

/** How a subject is laid over a picture. */
export interface LayOverOptions {
  /** Pixels along a cell. */
  readonly side: number;
  /** Whether gates and mask reach 0 and 1 exactly, so that cells without a subject are copied as they are. */
  readonly firm: boolean;
}

/** A number of any size brought to 0..1: its sigmoid, where `firm` stretched by a hundredth at both ends and cut off. */
export function share(x: Tensor, firm: boolean): Tensor {
  const soft = sigmoid(x);
  if (!firm) return soft;
  const wide = scale(soft, 1.02);
  const { builder } = x;
  return subtract(relu(add(wide, builder.constant([], [-0.01]))), relu(add(wide, builder.constant([], [-1.01]))));
}

/** Mean square of latents of unit variance above which a cell has something of the subject: a hundredth. */
const presence = 100;

/** Where a clip's cells hold nothing of the subject, of its latents (b, C, f, h, w): 1, else 0; (b, 1, f, h, w). */
export function freeOf(b: GraphBuilder, subject: Tensor): Tensor {
  const [, channels = 0] = subject.shape;
  const black = b.scope('subject_mix', () => reshape(b.weight('black', [channels]), [1, channels, 1, 1, 1]));
  const apart = subtract(subject, black);
  return relu(subtract(b.constant([], [1]), scale(mean(multiply(apart, apart), [1]), presence)));
}

/**
 * Lays the subject over what is drawn, both clips of latents (b, C, f, h, w). A cell's latents are linear in its side × side pixels,
 * so laying one picture over another by a mask has an exact form in latents: to pixels (0..2, black 0), times the mask, back to
 * cells. The mask is read off the subject's own pixels, for a cut-out is black where it is not. `gates` (b, 2, f, h, w), before
 * they are brought to 0..1, say how much there is of the subject and of what is drawn; where both are shut, the cell is black.
 */
export function layOver(
  b: GraphBuilder,
  subject: Tensor,
  drawn: Tensor,
  gates: Tensor,
  options: LayOverOptions,
): Tensor {
  const { side, firm } = options;
  const [, channels = 0] = subject.shape;
  const shares = share(gates, firm);
  return b.scope('subject_mix', () => {
    const pixels = (latents: Tensor): Tensor =>
      layPatches(convolutionLayer(b, 'to_pixels', latents, 3 * side * side, { kernel: 1 }), 3, side);
    const [carried, shown] = [0, 1].map((gate) => picturesOfClip(slice(shares, 1, gate, gate + 1)));
    const [over, plate] = [picturesOfClip(subject), picturesOfClip(drawn)];
    const black = reshape(b.weight('black', [channels]), [1, channels, 1, 1]);
    const under = add(black, multiply(shown, subtract(plate, black)));
    const hidden = silu(convolutionLayer(b, 'mask_in', pixels(over), maskChannels));
    const mask = share(convolutionLayer(b, 'mask_out', hidden, 1), firm);
    const covered = convolutionLayer(b, 'to_cells', multiply(mask, pixels(under)), channels, {
      kernel: side,
      stride: side,
      pads: [0, 0, 0, 0],
      bias: false,
    });
    const laid = add(under, multiply(carried, subtract(subtract(over, black), covered)));
    return clipOfPictures(laid, subject.shape);
  });
}
