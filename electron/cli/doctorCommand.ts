import { arch, cpus, freemem, platform, totalmem } from 'node:os';
import { StudioError } from '../../models/errors/studioError.ts';
import { EngineHost } from '../engine/engineHost.ts';
import { ffmpegTools } from '../media/ffmpeg/ffmpegTools.ts';
import { cacheRoot } from '../services/studioPlaces.ts';
import { byteCount, type Console } from './console.ts';
import { findModelFolder } from './models/modelFolders.ts';

/** `magdiff doctor`: what the machine has, which tools are in use, and whether the engine computes rightly on its device. */
export async function doctorCommand(console: Console): Promise<boolean> {
  const lines: string[] = [];
  const facts: Record<string, unknown> = {};
  let healthy = true;
  const add = (name: string, text: string, value: unknown): void => {
    lines.push(`${name.padEnd(10)} ${text}`);
    facts[name] = value;
  };
  add('node', `${process.versions.node} on ${platform()} ${arch()}`, process.versions.node);
  const [first] = cpus();
  add('processor', `${first?.model ?? 'unknown'}, ${cpus().length} cores`, {
    model: first?.model,
    cores: cpus().length,
  });
  add('memory', `${byteCount(freemem())} free of ${byteCount(totalmem())}`, { free: freemem(), total: totalmem() });
  try {
    const tools = await ffmpegTools();
    add('ffmpeg', `${tools.version} (${tools.ffmpegPath})`, { version: tools.version, path: tools.ffmpegPath });
  } catch (cause) {
    healthy = false;
    add('ffmpeg', cause instanceof StudioError ? cause.sentence : String(cause), null);
  }
  const host = new EngineHost({ cacheFolder: cacheRoot() });
  try {
    const folder = await findModelFolder(undefined);
    const device = await host.device(folder);
    add('model', `${device.name} (${folder})`, folder);
    const half = device.precision === 'float16' ? ', large networks in half precision' : '';
    const held = device.holdsValues ? ', keys and values of the conditions stay on it between steps' : '';
    add('engine', `runs on ${device.provider}${half}${held}`, device.provider);
    for (const warning of device.warnings) add('warning', warning, warning);
  } catch (cause) {
    healthy = false;
    add('engine', cause instanceof Error ? cause.message : String(cause), null);
  } finally {
    await host.close();
  }
  console.result(lines.join('\n'), { healthy, ...facts });
  return healthy;
}
