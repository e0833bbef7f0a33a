import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Names under which a page on this machine can reach the studio. Any other Host header is a rebinding attempt or a mistake. */
const ownNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** How long a code lets in. */
const codeMilliseconds = 60_000;

/** Why a request is turned away: the status and a sentence. */
export interface Refusal {
  status: 400 | 401 | 403;
  message: string;
}

/** Decides who may talk to the studio: right Host, right Origin, and the token of the first address as a cookie. */
export class Doorkeeper {
  readonly token: string;
  #cookieName = 'magdiff';
  readonly #codes = new Map<string, number>();

  constructor(token = randomBytes(32).toString('base64url')) {
    this.token = token;
  }

  /** Cookies know no ports: two studios on one machine need two names. */
  servePort(port: number): void {
    this.#cookieName = `magdiff-${port}`;
  }

  /** Whether `given` is the token, in constant time. */
  isToken(given: string): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(given), digest(this.token));
  }

  /** A code that lets one page in, within a minute. */
  issueCode(): string {
    const code = randomBytes(32).toString('base64url');
    this.#codes.set(code, performance.now() + codeMilliseconds);
    return code;
  }

  /** Whether `given` is a code that nobody has used and that is not too old; it is used up by asking. */
  takeCode(given: string): boolean {
    const until = this.#codes.get(given);
    this.#codes.delete(given);
    return until !== undefined && performance.now() <= until;
  }

  /** The header that turns the first address's token into a cookie no script can read. */
  cookieHeader(): string {
    return `${this.#cookieName}=${this.token}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Checks where a request comes from, before anything else is read of it. */
  refuseOrigin(method: string, headers: Headers): Refusal | undefined {
    const host = headers.get('host') ?? '';
    const name = host.replace(/:\d+$/, '').toLowerCase();
    if (!ownNames.has(name))
      return { status: 403, message: 'This address is not one of the studio’s. Use the address it printed.' };
    const origin = headers.get('origin');
    const changes = method !== 'GET' && method !== 'HEAD';
    if (origin === null ? changes : origin !== `http://${host}`)
      return { status: 403, message: 'Requests from other pages are not answered.' };
    // Absent from programs; `none` where a person typed the address. Another port of this machine is `same-site`.
    if (/^(cross-site|same-site)$/.test(headers.get('sec-fetch-site') ?? ''))
      return { status: 403, message: 'Requests from other pages are not answered.' };
    return undefined;
  }

  /** Checks the cookie. */
  refuseStranger(headers: Headers): Refusal | undefined {
    for (const pair of (headers.get('cookie') ?? '').split(';')) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === this.#cookieName && this.isToken(pair.slice(at + 1).trim()))
        return undefined;
    }
    return { status: 401, message: 'Open the studio with the whole address it printed, token included.' };
  }
}
