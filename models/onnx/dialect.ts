/** Operator dialects: `plain` uses ai.onnx operators alone; the others use what their provider has kernels for. */
export const dialectNames = ['plain', 'cpu', 'webgpu', 'cuda', 'directml'] as const;

/** One of {@link dialectNames}. */
export type DialectName = (typeof dialectNames)[number];

/** Choices a builder makes when one meaning has several operator forms. A self-test may switch single ones off. */
export interface Dialect {
  readonly name: DialectName;
  /** com.microsoft MultiHeadAttention instead of MatMul–Softmax–MatMul. */
  readonly fusedAttention: boolean;
  /** com.microsoft QuickGelu (x·σ(βx)), which is SiLU at β = 1. */
  readonly fusedSigmoidProduct: boolean;
  /** com.microsoft GroupNorm (channels last, with SiLU). */
  readonly fusedGroupNorm: boolean;
  /** com.microsoft BiasSplitGelu: bias, split, GELU and product of GEGLU in one. */
  readonly fusedGeglu: boolean;
  /** A picture convolution over every frame of a clip as one 3-D convolution, without regrouping the clip into pictures. */
  readonly clipConvolution: boolean;
  /** 3×3 convolutions by fewer products where that is quicker; see winogradConvolution.ts. */
  readonly winograd: boolean;
  /** Rows from which the feed-forward part works on columns instead; absent: never. */
  readonly columnsFromRows: number | undefined;
  /** Takes the mean off before a group norm, where the provider's own variance loses digits when the mean is large. */
  readonly centredNorm: boolean;
  /** Input channels of a convolution are filled up to a multiple of four, where kernels are wrong for some other numbers. */
  readonly paddedChannels: boolean;
  /** Products in float16, as the devices of today are fastest at; see halfPrecision.ts. */
  readonly half: boolean;
  /** Kernels sum float16 products in float16: long sums are then left in float32. */
  readonly halfSums: boolean;
  /** Largest score matrix an attention may hold at once, in bytes; larger ones are cut along the batch. */
  readonly attentionBytes: number;
}

const none = {
  fusedAttention: false,
  fusedSigmoidProduct: false,
  fusedGroupNorm: false,
  fusedGeglu: false,
  clipConvolution: false,
  winograd: false,
  columnsFromRows: undefined,
  centredNorm: false,
  paddedChannels: false,
  half: false,
  halfSums: false,
};
const unlimited = Number.MAX_SAFE_INTEGER;
const mebibyte = 2 ** 20;

const dialects: Readonly<Record<DialectName, Dialect>> = {
  plain: { ...none, name: 'plain', attentionBytes: unlimited },
  cpu: {
    ...none,
    name: 'cpu',
    fusedAttention: true,
    fusedSigmoidProduct: true,
    attentionBytes: unlimited,
  },
  // Convolutions of six, nine or thirty-three input channels come out wrong (ONNX Runtime 1.30). Buffers above 128 MiB went wrong silently on one WebGPU adapter; stay well under.
  webgpu: {
    ...none,
    name: 'webgpu',
    centredNorm: true,
    paddedChannels: true,
    halfSums: true,
    fusedAttention: true,
    fusedSigmoidProduct: true,
    fusedGeglu: true,
    attentionBytes: 64 * mebibyte,
  },
  cuda: {
    ...none,
    name: 'cuda',
    fusedAttention: true,
    fusedSigmoidProduct: true,
    fusedGroupNorm: true,
    fusedGeglu: true,
    attentionBytes: unlimited,
  },
  directml: {
    ...none,
    name: 'directml',
    fusedAttention: true,
    fusedSigmoidProduct: true,
    fusedGroupNorm: true,
    fusedGeglu: true,
    attentionBytes: 512 * mebibyte,
  },
};

/** The dialect of that name, with every fused form its provider is known to have. */
export function dialectOf(name: DialectName): Dialect {
  return dialects[name];
}

/**
 * The form of a dialect for networks of billions of multiply-adds. On the CPU: whole clips convolved at once, and feed-forward
 * parts on columns; small networks run quicker picture by picture, in the layout the runtime gives picture convolutions.
 */
export function largeForm(dialect: Dialect): Dialect {
  return dialect.name === 'cpu'
    ? { ...dialect, clipConvolution: true, winograd: true, columnsFromRows: 4096 }
    : dialect;
}
