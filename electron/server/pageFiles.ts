import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { StudioError } from '../../models/errors/studioError.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

interface PageFile {
  type: string;
  content: Buffer;
  gzipped: Buffer | undefined;
}

/** The built page, held in memory: only what was there at the start can be asked for, so no path can lead elsewhere. */
export class PageFiles {
  readonly #files: Map<string, PageFile>;

  private constructor(files: Map<string, PageFile>) {
    this.#files = files;
  }

  /** Reads every file below `folder`. @throws StudioError `file-missing` where the page was not built */
  static async read(folder: string): Promise<PageFiles> {
    const files = new Map<string, PageFile>();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const type = types[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      const path = join(entry.parentPath, entry.name);
      const content = await readFile(path);
      const gzipped = /text|json|svg/.test(type) ? gzipSync(content, { level: 9 }) : undefined;
      files.set(`/${relative(folder, path).split(sep).join('/')}`, { type, content, gzipped });
    }
    if (!files.has('/index.html'))
      throw new StudioError('file-missing', `The studio's page is not built: there is no index.html in ${folder}.`, {
        hint: 'Start the studio with "npm start", which builds it.',
      });
    return new PageFiles(files);
  }

  /** The answer to `GET path`, or undefined where the page has no such file. */
  respond(path: string, headers: Headers): Response | undefined {
    const file = this.#files.get(path === '/' ? '/index.html' : path);
    if (!file) return undefined;
    if (file.type.startsWith('text/html')) return htmlResponse(file.content.toString('utf8'));
    const zip = file.gzipped !== undefined && /\bgzip\b/.test(headers.get('accept-encoding') ?? '');
    return new Response(new Uint8Array(zip && file.gzipped ? file.gzipped : file.content), {
      headers: {
        'content-type': file.type,
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': path.startsWith('/static/') ? 'private, max-age=31536000, immutable' : 'no-cache',
        vary: 'accept-encoding',
        ...(zip ? { 'content-encoding': 'gzip' } : {}),
      },
    });
  }
}

/** The page with its strict policy: scripts from here alone, styles from here or with this answer's nonce. */
function htmlResponse(html: string): Response {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return new Response(html.replaceAll('%STYLE_NONCE%', nonce), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'cache-control': 'no-store',
    },
  });
}
