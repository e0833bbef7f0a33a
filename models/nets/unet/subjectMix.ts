/** The subject laid over what a UNet draws, pixel by pixel but in latents: HFA's last step in the bundled model. */
import { add, multiply, sigmoid, silu, subtract } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { reshape, slice } from '../../onnx/shaping.ts';
import { clipOfPictures, picturesOfClip } from '../clip/clipLayers.ts';
import { convolutionLayer, layPatches } from '../modules.ts';

/** Width of the small network that reads the mask off the subject's pixels. */
const maskChannels = 8;

/**
 * Lays the subject over what is drawn, both clips of latents (b, C, f, h, w). A cell's latents are linear in its side × side pixels,
 * so laying one picture over another by a mask has an exact form in latents: to pixels (0..2, black 0), times the mask, back to
 * cells. The mask is read off the subject's own pixels, for a cut-out is black where it is not. `gates` (b, 2, f, h, w) in 0..1
 * say how much there is of the subject and of what is drawn; where both are shut, the cell is black.
 */
export function layOver(b: GraphBuilder, subject: Tensor, drawn: Tensor, gates: Tensor, side: number): Tensor {
  const [, channels = 0] = subject.shape;
  return b.scope('subject_mix', () => {
    const pixels = (latents: Tensor): Tensor =>
      layPatches(convolutionLayer(b, 'to_pixels', latents, 3 * side * side, { kernel: 1 }), 3, side);
    const [carried, shown] = [0, 1].map((gate) => picturesOfClip(slice(gates, 1, gate, gate + 1)));
    const [over, plate] = [picturesOfClip(subject), picturesOfClip(drawn)];
    const black = reshape(b.weight('black', [channels]), [1, channels, 1, 1]);
    const under = add(black, multiply(shown, subtract(plate, black)));
    const hidden = silu(convolutionLayer(b, 'mask_in', pixels(over), maskChannels));
    const mask = sigmoid(convolutionLayer(b, 'mask_out', hidden, 1));
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
