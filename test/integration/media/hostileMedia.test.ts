import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSilentServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { ffmpegTools } from '../../../electron/media/ffmpeg/ffmpegTools.ts';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { readFrames } from '../../../electron/media/readFrames.ts';
import { readPicture } from '../../../electron/media/readPicture.ts';
import { readWaveform } from '../../../electron/media/waveform.ts';

let folder: string;
let clip: string;
let server: Server;
let address: string;
const requests: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-hostile-'));
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const at = server.address();
  address = `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`;
  clip = join(folder, 'secret.mp4');
  const { ffmpegPath } = await ffmpegTools();
  const test = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=1', '-pix_fmt', 'yuv420p'];
  execFileSync(ffmpegPath, ['-v', 'error', ...test, clip]);
  execFileSync(ffmpegPath, ['-v', 'error', ...test, join(folder, 'frame-%03d.png')]);
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true, force: true });
});

const dash = (base: string): string =>
  `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"
  profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1"
  bandwidth="1000"><BaseURL>${base}</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>`;

/** Files that are lists of others, under names of clips and pictures; each would show `secret.mp4` or fetch from our server. */
const disguises = (): Record<string, string> => ({
  'dash-http.mp4': dash(`${address}/dash.mp4`),
  'dash-file.mp4': dash(`file://${clip}`),
  'hls-http.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${address}/hls.ts\n#EXT-X-ENDLIST\n`,
  'hls-file.mkv': `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${clip}\n#EXT-X-ENDLIST\n`,
  'concat.mp4': `ffconcat version 1.0\nfile '${clip}'\n`,
  'session.mp4': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
  'image.png': `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${address}/x.png" width="9" height="9"/></svg>`,
  'settings.mp4': `;FFMETADATA1\ntitle=x\n`,
  'imf.mxf': `<?xml version="1.0"?><AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"></AssetMap>`,
});

describe('a file that is a list of others', () => {
  it('is refused, fetches nothing and opens nothing, under whatever name', { timeout: 120_000 }, async () => {
    for (const [name, text] of Object.entries(disguises())) {
      const path = join(folder, name);
      await writeFile(path, text);
      const begun = performance.now();
      await expect(probeMedia(path), name).rejects.toMatchObject({ name: 'StudioError' });
      await expect(readPicture(path), name).rejects.toMatchObject({ name: 'StudioError' });
      await expect(readWaveform(path), name).rejects.toMatchObject({ name: 'StudioError' });
      await expect(readFrames(path).next(), name).rejects.toMatchObject({ name: 'StudioError' });
      expect(performance.now() - begun, name).toBeLessThan(20_000);
    }
    expect(requests).toEqual([]);
  });

  it('with a server that never answers holds nothing up', { timeout: 30_000 }, async () => {
    const silent = createSilentServer();
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const at = silent.address();
    const path = join(folder, 'silent.mp4');
    await writeFile(path, dash(`http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}/x.mp4`));
    await expect(probeMedia(path)).rejects.toMatchObject({ name: 'StudioError' });
    await new Promise((done) => silent.close(done));
  });
});

describe('a file’s name', () => {
  it('with percent signs and brackets in it is written as it is, also for numbered pictures', async () => {
    async function* grey() {
      for (let frame = 0; frame < 2; frame++) yield { data: new Uint8Array(16 * 16 * 4).fill(128) };
    }
    const out = join(folder, '50% %05d %s [*] -y');
    const options = { frames: grey(), frameCount: 2, width: 16, height: 16, frameRate: 5, quality: 'draft' as const };
    await encodeVideo({ ...options, format: 'png-sequence', out });
    expect((await readdir(out)).sort()).toEqual(['00000.png', '00001.png']);
    const { path } = await encodeVideo({ ...options, frames: grey(), format: 'mp4-h264', out: `${out}.mp4` });
    expect((await probeMedia(path)).frameCount).toBe(2);
  });

  it('that looks like a series of pictures, a protocol or an option is a name and nothing else', async () => {
    for (const name of ['frame-%03d.mp4', 'concat:a|b.mp4', '-i.mp4', 'subfile,,start,0,end,9,,x.mp4', 'http:x.mp4']) {
      const path = join(folder, name);
      execFileSync('cp', ['--', clip, path]);
      expect((await probeMedia(path)).codec, name).toBe('h264');
      expect((await readFrames(path).next()).done, name).toBe(false);
    }
    // The numbered pictures are there; a name with a pattern in it still reads no other file.
    await writeFile(join(folder, 'frame-%03d.bmp'), 'no picture');
    await expect(probeMedia(join(folder, 'frame-%03d.bmp'))).rejects.toMatchObject({ name: 'StudioError' });
  });
});
