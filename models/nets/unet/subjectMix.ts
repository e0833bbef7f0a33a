/** The subject laid over what a UNet draws, pixel by pixel but in latents: HFA's last step in the bundled model. */
import { add, divide, mean, multiply, relu, scale, sigmoid, squareRoot, subtract } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { averagePool } from '../../onnx/pooling.ts';
import { reshape, slice } from '../../onnx/shaping.ts';
import { clipOfPictures, picturesOfClip } from '../clip/clipLayers.ts';
import { convolutionLayer, layPatches } from '../modules.ts';

/** A subject and how it is laid over a picture. */
export interface Subject {
  /** Latents (b, C, f, h, w) of the cut-out. */
  readonly latents: Tensor;
  /** Its mask, the pixels of a cell as channels (b, side², f, h, w); 0 nothing of it, 1 nothing else. */
  readonly mask: Tensor;
  /** Pixels along a cell. */
  readonly side: number;
  /** Whether gates reach 0 and 1 exactly, so that cells without a subject are copied as they are. */
  readonly firm: boolean;
}

/** A number of any size brought to 0..1: its sigmoid, where `firm` stretched by a hundredth at both ends and cut off. */
export function share(x: Tensor, firm: boolean): Tensor {
  const soft = sigmoid(x);
  return firm ? cutOff(add(scale(soft, 1.02), x.builder.constant([], [-0.01]))) : soft;
}

/** Numbers below 0 and above 1 brought to these. */
const cutOff = (x: Tensor): Tensor => subtract(relu(x), relu(subtract(x, x.builder.constant([], [1]))));

/** Cells (b, 1, f, h, w) that a mask has a tenth of a pixel or more of: 1, without any 0. */
const touched = ({ mask, side }: Subject): Tensor => cutOff(scale(mean(mask, [1]), 10 * side * side));

/**
 * How much cells (b, 1, f, h, w) along a mask's edge are covered: the fourth root of that share. A mask of the strength s that covers a
 * share c of a cell has the means p = s c and q = s² c of itself and its square: √(q √q / p) = s ∜c, and 1 − p² / q = 1 − c, of which an
 * eighth or more counts as an edge.
 */
function alongEdge(mask: Tensor): Tensor {
  const number = (value: number): Tensor => mask.builder.constant([], [value]);
  const over = (a: Tensor, b: Tensor): Tensor => divide(a, add(b, number(1e-6)));
  const [p, q] = [mean(mask, [1]), mean(multiply(mask, mask), [1])];
  const covered = squareRoot(over(multiply(q, squareRoot(q)), p));
  return multiply(covered, cutOff(scale(subtract(number(1), over(multiply(p, p), q)), 8)));
}

/** How much cells to the left and right, and cells further off, count beside those next to one. */
const [sidewaysShare, farShare] = [2, 0.05];

/**
 * Of each cell the mean of the free ones beside it, of pictures (n, C, h, w), `free` (n, 1, h, w) in 0..1. Those to the left and right
 * count most, for places lie in layers; where there are none, those above and below; else those up to three cells away.
 */
function beside(drawn: Tensor, free: Tensor): Tensor {
  const window = (x: Tensor, high: number, wide: number): Tensor => {
    const [down, across] = [(high - 1) / 2, (wide - 1) / 2];
    return averagePool(x, { kernel: [high, wide], strides: [1, 1], pads: [down, across, down, across], counted: true });
  };
  const around = (x: Tensor): Tensor =>
    add(add(scale(window(x, 1, 5), sidewaysShare), window(x, 3, 3)), scale(window(x, 7, 7), farShare));
  return divide(around(multiply(free, drawn)), add(around(free), drawn.builder.constant([], [1e-6])));
}

/** Where a clip's cells hold nothing of the subject: 1, else 0; (b, 1, f, h, w). */
export const freeOf = (subject: Subject): Tensor => subtract(subject.mask.builder.constant([], [1]), touched(subject));

/**
 * Lays the subject over what is drawn, both clips of latents (b, C, f, h, w). A cell's latents are linear in its side × side pixels,
 * so laying one picture over another by a mask has an exact form in latents: to pixels (0..2, black 0), times the mask, back to
 * cells. Along the mask's edge the network knows the place badly, and the more of a cell is covered, the more of what shows is what is
 * drawn beside it. `gates` (b, 2, f, h, w), before they are brought to 0..1: the second says how much there is of what is drawn, where
 * it is shut a cell is black; the first says nothing.
 */
export function layOver(b: GraphBuilder, subject: Subject, drawn: Tensor, gates: Tensor): Tensor {
  const { side, firm } = subject;
  const [, channels = 0] = drawn.shape;
  const mask = cutOff(subject.mask);
  const ours = [subject.latents, drawn, mask, touched(subject), freeOf(subject), alongEdge(mask)].map(picturesOfClip);
  const [over, plate, pixels, cells, free, edge] = ours;
  return b.scope('subject_mix', () => {
    const shown = picturesOfClip(share(slice(gates, 1, 1, 2), firm));
    const black = reshape(b.weight('black', [channels]), [1, channels, 1, 1]);
    const place = add(plate, multiply(edge, subtract(beside(plate, free), plate)));
    const under = add(black, multiply(shown, subtract(place, black)));
    const colours = layPatches(convolutionLayer(b, 'to_pixels', under, 3 * side * side, { kernel: 1 }), 3, side);
    const covered = convolutionLayer(b, 'to_cells', multiply(layPatches(pixels, 1, side), colours), channels, {
      kernel: side,
      stride: side,
      pads: [0, 0, 0, 0],
      bias: false,
    });
    const laid = add(under, multiply(cells, subtract(subtract(over, black), covered)));
    return clipOfPictures(laid, drawn.shape);
  });
}

/** Weights of a network that some checkpoints hold beside these, which read the mask off the subject's pixels. */
export const maskReader = /^subject_mix\.mask_(in|out)\./;
