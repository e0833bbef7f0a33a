/**
 * Linear map from Stable Diffusion's four scaled latent channels to RGB in −1..1; a least-squares fit in common use for
 * previews, taken where a model brings none of its own.
 */
export const stableDiffusionToRgb = {
  matrix: [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  bias: [0, 0, 0],
};
