/** Networks that takes are measured with: told by keys nobody else has. */
import type { FileHeader } from '../fileHeader.ts';
import { findKey, type Recogniser, shapeOf } from '../recognition.ts';

/** What a file that measures is, by its variant. */
const kinds: readonly {
  readonly variant: 'dino' | 'inception' | 'i3d' | 'r3d';
  readonly fits: (header: FileHeader) => boolean;
  readonly what: (header: FileHeader) => string;
}[] = [
  {
    variant: 'inception',
    fits: (header) => has(header, /(^|\.)Mixed_7c\.branch_pool\.conv\.weight$/),
    what: () => 'an Inception v3 classifier, for inception scores',
  },
  {
    variant: 'i3d',
    fits: (header) => has(header, /(^|\.)Mixed_5c\.b0\.conv3d\.weight$/),
    what: () => 'an I3D video classifier, for Fréchet video distances',
  },
  {
    variant: 'r3d',
    fits: (header) => shapeOf(header, 'layer2.0.conv1.0.weight').slice(2).join('×') === '3×3×3',
    what: () => 'an R3D-18 video classifier, for Fréchet distances that are not those of papers (they use I3D)',
  },
  {
    variant: 'dino',
    fits: (header) =>
      (has(header, /(^|\.)blocks\.0\.attn\.qkv\.weight$/) && has(header, /(^|\.)cls_token$/)) ||
      (has(header, /(^|\.)encoder\.layer\.0\.attention\.attention\.query\.weight$/) &&
        has(header, /(^|\.)embeddings\.patch_embeddings\.projection\.weight$/)),
    what: (header) => `a vision transformer of DINO’s form (${dinoName(header)}), for subject fidelity`,
  },
];

/** Backbones of measures. */
export const recogniseBackbone: Recogniser = (header) => {
  const kind = kinds.find(({ fits }) => fits(header));
  return (
    kind && {
      role: 'backbone',
      base: undefined,
      what: kind.what(header),
      needs: undefined,
      usable: true,
      variant: kind.variant,
    }
  );
};

const has = (header: FileHeader, pattern: RegExp): boolean => findKey(header, pattern) !== undefined;

const sizes: ReadonlyMap<number, string> = new Map([
  [384, 'ViT-S'],
  [768, 'ViT-B'],
  [1024, 'ViT-L'],
  [1536, 'ViT-g'],
]);

function dinoName(header: FileHeader): string {
  const key = findKey(header, /(patch_embed\.proj|embeddings\.patch_embeddings\.projection)\.weight$/) ?? '';
  const [width = 0, , patch = 0] = shapeOf(header, key);
  const second = has(header, /(ls1\.gamma|layer_scale1\.lambda1)$/) ? 'DINOv2 ' : '';
  return `${second}${sizes.get(width) ?? `${width} wide`}/${patch}`;
}
