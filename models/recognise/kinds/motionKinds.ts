import { baseNames, findKey, type Recogniser, type Recognition, shapeOf, wrongBase } from '../recognition.ts';

const place = /(^|\.)((down|up)_blocks\.\d+|mid_block)\.motion_modules\.\d+\./;

/** The AnimateDiff family: motion modules of every version, and what else carries them. */
export const recogniseMotion: Recogniser = (header, name) => {
  if (findKey(header, /temporal_attentions\.\d+\./) && findKey(header, /pos_encoder\.positional_encoding$/))
    return other('a HotShot-XL motion module', wrongBase('sdxl'), 'sdxl');
  if (!findKey(header, place)) return undefined;
  if (findKey(header, /(^|\.)input_blocks\.1\.0\./)) return undefined;
  if (findKey(header, /motion_modules\..*(lora\.|_lora\.|lora_(A|B|down|up))/))
    return {
      role: 'motion-lora',
      base: 'sd1',
      what: `a motion LoRA for AnimateDiff${directionOf(name)}`,
      needs: 'It goes with a version 2 motion module for Stable Diffusion 1.5.',
      usable: true,
    };
  if (findKey(header, /(^|\.)controlnet_cond_embedding\./))
    return {
      role: 'control',
      base: 'sd1',
      what: `a SparseCtrl model (${findKey(header, /controlnet_cond_embedding\.weight$/) ? 'pictures' : 'scribbles'}) for AnimateDiff version 3`,
      needs: 'This program does not run SparseCtrl yet.',
      usable: false,
    };
  const special = specialModules.find(({ key }) => findKey(header, key));
  if (special) return other(`${special.what}, a relative of AnimateDiff`, 'This program does not run it.', 'sd1');
  if (
    !findKey(header, /(^|\.)down_blocks\.3\.motion_modules\./) &&
    !findKey(header, /(^|\.)up_blocks\.3\.motion_modules\./)
  ) {
    const widest = shapeOf(header, findKey(header, /down_blocks\.2\.motion_modules\.0\..*proj_in\.weight$/) ?? '')[0];
    if (widest !== undefined && widest >= 1280)
      return other('a motion module for SDXL (mm_sdxl)', wrongBase('sdxl'), 'sdxl');
  }
  return describeModule(header, name);
};

const specialModules: readonly { readonly key: RegExp; readonly what: string }[] = [
  { key: /^(module\.)?conv_in\.weight$/, what: 'PIA (a motion module with an input of its own)' },
  { key: /(^|\.)img_encoder\./, what: 'AnimateLCM-I2V' },
  { key: /(camera|pose)_(encoder|adapter)|cc_projection|(^|\.)processor\.qkv_merge/, what: 'CameraCtrl' },
  { key: /(^|\.)(reference_modules|motion_pe|pose_guider)\./, what: 'HelloMeme or another driven model' },
];

const describeModule: (...args: Parameters<Recogniser>) => Recognition = (header, name) => {
  const table = findKey(header, /pos_(encoder|embed)\.pe$/);
  const length = shapeOf(header, table ?? '').at(-2);
  const middle = findKey(header, /(^|\.)mid_block\.motion_modules\./) !== undefined;
  const lightning = /lightning[_-]?(\d+)[_-]?step/i.exec(name);
  const variant = lightning
    ? 'lightning'
    : length === 64
      ? 'long'
      : middle && (table === undefined || /animatelcm/i.test(name))
        ? 'animatelcm'
        : length === 24 && !middle
          ? 'v1'
          : middle
            ? 'v2'
            : 'v3';
  const steps = Number(lightning?.[1] ?? 4);
  const names: Record<typeof variant, string> = {
    lightning: `an AnimateDiff-Lightning motion module for ${steps} steps`,
    animatelcm: 'an AnimateLCM motion module',
    v1: 'an AnimateDiff motion module, version 1',
    v2: 'an AnimateDiff motion module, version 2',
    v3: 'an AnimateDiff motion module, version 3',
    long: 'a LongAnimateDiff motion module',
  };
  const recipes = {
    lightning: { sampler: 'euler-trailing', steps, guidance: 1 },
    animatelcm: { sampler: 'lcm', steps: 6, guidance: 1.5 },
  } as const;
  return {
    role: 'motion',
    base: 'sd1',
    what: `${names[variant]}, for ${baseNames.sd1} (up to ${length ?? 32} frames at once)`,
    needs: 'It goes with a Stable Diffusion 1.5 checkpoint.',
    usable: true,
    variant,
    recipe: variant === 'lightning' || variant === 'animatelcm' ? recipes[variant] : undefined,
  };
};

function directionOf(name: string): string {
  const found = /(zoom|pan|tilt|rolling)[_-]?(in|out|left|right|up|down|clockwise|anticlockwise)/i.exec(name);
  return found ? ` (${found[1]?.toLowerCase()} ${found[2]?.toLowerCase()})` : '';
}

const other = (what: string, needs: string, base: 'sd1' | 'sdxl'): Recognition => ({
  role: 'other',
  base,
  what,
  needs,
  usable: false,
});
