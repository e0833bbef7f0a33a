import { StudioError } from '../errors/studioError.ts';

/** The part of a scheduler's config.json that fixes the noise schedule (names as in diffusers' files). */
export interface NoiseScheduleConfig {
  num_train_timesteps: number;
  beta_start: number;
  beta_end: number;
  beta_schedule: 'linear' | 'scaled_linear';
  /** What the network gives: the noise ε, v = √ᾱ ε − √(1 − ᾱ) x_0, or x_0 itself (`sample`). */
  prediction_type: 'epsilon' | 'v_prediction' | 'sample';
  timestep_spacing: 'leading' | 'linspace' | 'trailing';
  steps_offset: number;
  /** Whether the step after the last ends in the clean picture (ᾱ = 1) rather than at the schedule's first ᾱ. */
  set_alpha_to_one: boolean;
  /** Lin et al., "Common diffusion noise schedules and sample steps are flawed" (2024): ᾱ ends at exactly 0. */
  rescale_betas_zero_snr: boolean;
  /** Where multistep solvers end: in the clean picture or at the schedule's smallest σ; absent: as `set_alpha_to_one` says. */
  final_sigmas_type?: 'zero' | 'sigma_min';
  /** Multistep solvers over trailing timesteps: the power by which steps crowd towards the noisy end; absent: 1, evenly. */
  trailing_power?: number;
}

/** A variance-preserving schedule: x_t = √ᾱ_t · x_0 + √(1 − ᾱ_t) · ε. */
export interface NoiseSchedule {
  readonly config: NoiseScheduleConfig;
  /** ᾱ_t for t = 0 … T − 1, float64. */
  readonly alphasCumprod: Float64Array;
  /** ᾱ of the state after the last step. */
  readonly finalAlphaCumprod: number;
}

const defaults: NoiseScheduleConfig = {
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  prediction_type: 'epsilon',
  timestep_spacing: 'leading',
  steps_offset: 1,
  set_alpha_to_one: false,
  rescale_betas_zero_snr: false,
};

/** The schedule of a config; missing entries take Stable Diffusion's values. Betas are computed in float32, as the checkpoints' trainers did. */
export function noiseSchedule(partial: Partial<NoiseScheduleConfig> = {}): NoiseSchedule {
  const config = { ...defaults, ...partial };
  const count = config.num_train_timesteps;
  if (!Number.isInteger(count) || count < 2 || count > 100_000) {
    throw new StudioError(
      'model-mismatch',
      `The scheduler's num_train_timesteps is ${count}; it must lie between 2 and 100000.`,
    );
  }
  if (!(config.beta_start > 0 && config.beta_end < 1 && config.beta_start <= config.beta_end)) {
    throw new StudioError(
      'model-mismatch',
      `The scheduler's betas run from ${config.beta_start} to ${config.beta_end}; both must lie between 0 and 1, rising.`,
    );
  }
  const { trailing_power: power = 1 } = config;
  if (!(power >= 0.25 && power <= 4)) {
    throw new StudioError(
      'model-mismatch',
      `The scheduler's trailing_power is ${power}; it must lie between 0.25 and 4.`,
    );
  }
  const alphasCumprod = new Float64Array(count);
  const scaled = config.beta_schedule === 'scaled_linear';
  const first = scaled ? Math.sqrt(config.beta_start) : config.beta_start;
  const last = scaled ? Math.sqrt(config.beta_end) : config.beta_end;
  let product = 1;
  for (let t = 0; t < count; t++) {
    const value = Math.fround(first + ((last - first) * t) / (count - 1));
    product = Math.fround(product * (1 - (scaled ? Math.fround(value * value) : value)));
    alphasCumprod[t] = product;
  }
  if (config.rescale_betas_zero_snr) rescaleToZeroTerminalSnr(alphasCumprod);
  return { config, alphasCumprod, finalAlphaCumprod: config.set_alpha_to_one ? 1 : alphasCumprod[0] };
}

/** Shifts and scales √ᾱ so that it keeps its first value and ends at 0 (Lin et al. 2024, algorithm 1), in place. */
function rescaleToZeroTerminalSnr(alphasCumprod: Float64Array): void {
  const first = Math.sqrt(alphasCumprod[0]);
  const last = Math.sqrt(alphasCumprod[alphasCumprod.length - 1]);
  for (let t = 0; t < alphasCumprod.length; t++) {
    const root = ((Math.sqrt(alphasCumprod[t]) - last) * first) / (first - last);
    alphasCumprod[t] = root * root;
  }
}

/** Rounds halves to the even neighbour, as the reference schedulers do. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const fraction = x - floor;
  if (fraction !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The timesteps at which the network is asked, from noisy to clean.
 * @param spacing overrides the config's own (multistep and Euler samplers space linearly).
 * @param power of trailing timesteps T (1 − (i / steps)^power): above 1 they lie closer together where there is more noise.
 */
export function spacedTimesteps(
  schedule: NoiseSchedule,
  steps: number,
  spacing = schedule.config.timestep_spacing,
  power = 1,
): Float64Array {
  const train = schedule.config.num_train_timesteps;
  if (!Number.isInteger(steps) || steps < 1 || steps > train) {
    throw new StudioError('usage', `${steps} sampling steps were asked for; the model's schedule has 1 to ${train}.`);
  }
  if (spacing === 'leading') {
    const stride = Math.floor(train / steps);
    return Float64Array.from({ length: steps }, (_, i) =>
      Math.min(train - 1, (steps - 1 - i) * stride + schedule.config.steps_offset),
    );
  }
  if (spacing === 'trailing') {
    const passed = (i: number): number => (power === 1 ? (i * train) / steps : train * (i / steps) ** power);
    return Float64Array.from({ length: steps }, (_, i) => Math.max(0, roundHalfEven(train - passed(i)) - 1));
  }
  return Float64Array.from({ length: steps }, (_, i) => roundHalfEven(((train - 1) * (steps - i)) / steps));
}

/** ᾱ at a timestep that may be fractional (√((1 − ᾱ)/ᾱ) is interpolated linearly). Zero terminal SNR is kept off exact 0, as σ would be infinite. */
export function sigmaAt(schedule: NoiseSchedule, timestep: number): number {
  const sigma = (t: number): number => {
    const alpha = Math.max(schedule.alphasCumprod[t], 2 ** -24);
    return Math.sqrt((1 - alpha) / alpha);
  };
  const lower = Math.floor(timestep);
  const share = timestep - lower;
  return share === 0 ? sigma(lower) : sigma(lower) * (1 - share) + sigma(lower + 1) * share;
}
