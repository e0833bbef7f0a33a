import { describe, expect, it } from 'vitest';
import { Doorkeeper } from '../../../../electron/server/doorkeeper.ts';
import { parseRange } from '../../../../electron/server/responses.ts';
import { EventBus } from '../../../../electron/services/eventBus.ts';

describe('parseRange', () => {
  it('reads one range, inclusive, and tells impossible ones apart from none', () => {
    expect(parseRange('bytes=0-0', 10)).toEqual({ from: 0, to: 0 });
    expect(parseRange('bytes=5-', 10)).toEqual({ from: 5, to: 9 });
    expect(parseRange('bytes=-4', 10)).toEqual({ from: 6, to: 9 });
    expect(parseRange('bytes=-40', 10)).toEqual({ from: 0, to: 9 });
    expect(parseRange('bytes=2-99', 10)).toEqual({ from: 2, to: 9 });
    expect(['bytes=10-', 'bytes=7-3', 'bytes=-0'].map((header) => parseRange(header, 10))).toEqual([
      'outside',
      'outside',
      'outside',
    ]);
    expect(
      [null, 'bytes=-', 'bytes=1-2,4-5', 'lines=1-2', 'bytes=a-b'].map((header) => parseRange(header, 10)),
    ).toEqual(new Array(5).fill(undefined));
    expect(parseRange('bytes=-5', 0)).toBe('outside');
  });
});

describe('Doorkeeper', () => {
  const keeper = new Doorkeeper('secret');
  keeper.servePort(4000);
  const headers = (more: Record<string, string>): Headers => new Headers({ host: '127.0.0.1:4000', ...more });

  it('knows its own names, on any port, and nobody else’s', () => {
    for (const host of ['127.0.0.1:4000', 'localhost', 'localhost:9', '[::1]:4000', 'LOCALHOST:4000'])
      expect(keeper.refuseOrigin('GET', headers({ host }))).toBeUndefined();
    for (const host of ['evil.example', '127.0.0.1.evil.example:4000', '', '10.0.0.1:4000', 'localhost.'])
      expect(keeper.refuseOrigin('GET', headers({ host }))?.status).toBe(403);
  });

  it('wants its own origin for everything that changes something', () => {
    expect(keeper.refuseOrigin('POST', headers({}))?.status).toBe(403);
    expect(keeper.refuseOrigin('POST', headers({ origin: 'http://127.0.0.1:4000' }))).toBeUndefined();
    for (const origin of ['http://127.0.0.1:4001', 'https://127.0.0.1:4000', 'null', 'http://localhost:4000'])
      expect(keeper.refuseOrigin('PUT', headers({ origin }))?.status).toBe(403);
    expect(keeper.refuseOrigin('GET', headers({ 'sec-fetch-site': 'cross-site' }))?.status).toBe(403);
  });

  it('lets one page in by a code, and nobody by another', () => {
    const code = keeper.issueCode();
    expect([keeper.takeCode(''), keeper.takeCode(`${code}x`), keeper.takeCode(code), keeper.takeCode(code)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('takes its cookie among others and no part of it', () => {
    const [pair = ''] = keeper.cookieHeader().split(';');
    expect(keeper.refuseStranger(headers({ cookie: `a=b; ${pair}; c=d` }))).toBeUndefined();
    for (const cookie of ['', 'magdiff-4000=', 'magdiff-4000=secre', 'magdiff=secret', 'magdiff-4001=secret'])
      expect(keeper.refuseStranger(headers({ cookie }))?.status).toBe(401);
  });
});

describe('EventBus', () => {
  it('gives what was missed, or says that it cannot', () => {
    const bus = new EventBus(3, 100);
    const tell = (jobId: string): void => bus.publish({ type: 'jobGone', projectId: 'p', jobId });
    expect(bus.since(100)).toEqual([]);
    for (const id of ['a', 'b', 'c', 'd']) tell(id);
    expect(bus.since(104)).toEqual([]);
    expect(bus.since(101)?.map((entry) => entry.number)).toEqual([102, 103, 104]);
    expect([bus.since(100), bus.since(7), bus.since(105), bus.since(Number.NaN), bus.since(1.5)]).toEqual(
      new Array(5).fill(undefined),
    );
  });
});
