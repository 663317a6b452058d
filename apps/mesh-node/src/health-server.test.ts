import { request } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HealthServer, type Readiness } from './health-server.ts';

let readiness: Readiness;
let server: HealthServer;
const log = pino({ enabled: false });

beforeEach(async () => {
  readiness = { isReady: false, reason: 'starting' };
  server = await HealthServer.listen('127.0.0.1:0', () => readiness, log);
});
afterEach(() => server.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> =>
  new Promise((resolve, reject) => {
    const [host, port] = server.address.split(':');
    request({ host, port, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    }).once('error', reject).end();
  });

describe('the health server', () => {
  it('says that the loop runs, whatever else is true', async () => {
    expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('says when work can be sent here, and why not', async () => {
    expect(await get('/ready')).toEqual({ status: 503, body: { ready: false, reason: 'starting' } });
    readiness = { isReady: true, reason: 'joined' };
    expect(await get('/ready')).toEqual({ status: 200, body: { ready: true, reason: 'joined' } });
    readiness = { isReady: false, reason: 'stopping' };
    expect((await get('/ready')).status).toBe(503);
  });

  it('answers nothing else', async () => {
    expect((await get('/v1/status')).status).toBe(404);
  });

  it('does not answer a page that made its name mean loopback', async () => {
    expect(await get('/health', { host: 'evil.example:80' })).toMatchObject({ status: 421 });
    expect(await get('/health', { host: 'localhost:80' })).toMatchObject({ status: 200 });
  });

  it('says in one line that its port is taken', async () => {
    await expect(HealthServer.listen(server.address, () => readiness, log)).rejects.toMatchObject({
      code: 'address-in-use', exitCode: 1, lines: [`--http ${server.address} is in use by another program`],
    });
  });
});
