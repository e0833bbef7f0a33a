import { expect, it } from 'vitest';
import { isTooOld } from '../../../../../electron/media/ffmpeg/ffmpegVersion.ts';

it('tells an ffmpeg that is too old by the first line it prints', () => {
  const tooOld = [
    'ffmpeg version N-47683-g0e8eb07980-static https://johnvansickle.com/ffmpeg/',
    'ffmpeg version 4.1 Copyright (c) 2000-2018 the FFmpeg developers',
    'ffmpeg version 4.3.9-0+deb11u1 Copyright (c) 2000-2026 the FFmpeg developers',
    'ffmpeg version n3.4.13 Copyright',
    'ffmpeg version 2018-12-17-git-4e2a8d6 Copyright (c) 2000-2018',
    'ffmpeg version',
    '',
  ].map(isTooOld);
  expect(tooOld).toEqual([true, true, true, true, true, true, true]);
  const current = [
    'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021 the FFmpeg developers',
    'ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers',
    'ffmpeg version n8.0 Copyright (c) 2000-2025 the FFmpeg developers',
    'ffmpeg version N-118315-g4f3c9f2f03-20250101 Copyright (c) 2000-2025 the FFmpeg developers',
    'ffmpeg version 2025-01-05-git-19c95ecbff-full_build-www.gyan.dev Copyright (c) 2000-2025 the FFmpeg developers',
  ].map(isTooOld);
  expect(current).toEqual([false, false, false, false, false]);
});
