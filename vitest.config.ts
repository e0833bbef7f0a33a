import { defineConfig } from 'vitest/config';

/**
 * One runner for every kind of test. Each kind is a project, so that `vitest run --project unit` runs one alone:
 * unit (mirrors the source), golden (numbers from reference implementations), integration (real server, engine, ffmpeg)
 * and e2e (real Chromium).
 */
export default defineConfig({
  test: {
    reporters: ['default', './build/closingLineReporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], testTimeout: 30_000 } },
      { test: { name: 'golden', include: ['test/golden/**/*.test.ts'], testTimeout: 120_000, fileParallelism: false } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
});
