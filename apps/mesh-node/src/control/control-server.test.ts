import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMeshNode, type MeshNode } from '@murmuration/node';
import { memoryNetwork } from '@murmuration/transport/memory';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlClient, type ControlError, type ControlEvent } from '../control-client.ts';
import { bodyBytesMax } from '../http-server.ts';
import { ControlServer } from './control-server.ts';

let folder = '';
let path = '';
let node: MeshNode;
let server: ControlServer;
let client: ControlClient;
let departures = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-control-'));
  path = join(folder, 'control.sock');
  departures = 0;
  const network = memoryNetwork();
  node = await createMeshNode({ transport: ({ peer, publicKey }) => network.transport({ peer, publicKey }), name: 'paris' });
  server = await listen();
  client = new ControlClient(path);
});
afterEach(async () => {
  await server.close();
  await node.close();
  rmSync(folder, { recursive: true });
});

const listen = (): Promise<ControlServer> => {
  const daemon = { http: '127.0.0.1:1', pid: 42, version: '0.0.0' };
  return ControlServer.listen(path, { node, bridge: undefined, daemon, leave: () => void (departures += 1) }, pino({ enabled: false }));
};

/** A call that the client would not make. */
const raw = (method: string, target: string, body = ''): Promise<{ status: number; body: { error: { code: string } } }> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath: path, method, path: target, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text || 'null') as never }));
    });
    call.once('error', reject);
    call.end(body);
  });

const failureOf = async (call: Promise<unknown>): Promise<Pick<ControlError, 'code' | 'status'>> => {
  const { code, status } = await call.then(() => expect.unreachable(), (error: ControlError) => error);
  return { code, status };
};

describe('the control socket', () => {
  it('is for its owner only', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('takes the place of one that a killed process left', async () => {
    await server.close();
    writeFileSync(path, '');
    server = await listen();
    expect((await client.status()).pid).toBe(42);
  });

  it('tells the status of node and daemon', async () => {
    expect(await client.status()).toMatchObject({ id: node.id, name: 'paris', http: '127.0.0.1:1', pid: 42, version: '0.0.0' });
    expect(await client.peers()).toEqual(JSON.parse(JSON.stringify(node.members())));
  });

  it('writes registers and reads them back, as base64 and as text', async () => {
    const receipt = await client.write({ set: { 'a/1': 'eins', 'b/2': 'zwei' } });
    expect(receipt.sequence).toBeGreaterThan(0);
    expect(await client.registers({ prefix: 'a/' })).toEqual([
      { author: node.id, key: 'a/1', value: Buffer.from('eins').toString('base64'), text: 'eins' },
    ]);
    await client.write({ delete: ['a/1'] });
    expect(await client.registers({ author: node.id, prefix: 'a/' })).toEqual([]);
  });

  it('gives values that are no text without a text', async () => {
    await node.set('bytes', Uint8Array.of(0xff, 0xfe));
    expect(await client.registers({ prefix: 'bytes' })).toEqual([{ author: node.id, key: 'bytes', value: '//4=' }]);
  });

  it('writes documents and reads them back', async () => {
    await client.writeDocument('plan', { set: { title: 'fly', done: false }, append: [1, { two: 2 }] });
    await client.writeDocument('plan', { append: ['three'] });
    expect(await client.document('plan')).toMatchObject({ map: { title: 'fly', done: false }, list: [1, { two: 2 }, 'three'] });
    expect(await client.documents()).toEqual(['plan']);
    expect(await failureOf(client.document('none'))).toEqual({ code: 'not-found', status: 404 });
  });

  it('tells the hash that the node has', async () => {
    await client.write({ set: { k: 'v' } });
    expect((await client.hash()).stateHash).toBe(node.stateHash());
  });

  it('streams events until the listener has enough', async () => {
    const seen: ControlEvent[] = [];
    const stream = client.events();
    const reading = (async () => {
      for await (const event of stream) {
        seen.push(event);
        if (event.type === 'document-changed') return;
      }
    })();
    // The stream is open once a call that came after it is answered.
    while (seen.length === 0) await client.write({ set: { tick: String(seen.length) } });
    await client.writeDocument('plan', { set: { a: 1 } });
    await reading;
    expect(seen[0]).toMatchObject({ type: 'register-changed', author: node.id, key: 'tick', text: '0' });
    expect(seen.at(-1)).toEqual({ type: 'document-changed', document: 'plan' });
  });

  it('ends the streams when it closes', async () => {
    const stream = client.events();
    const first = stream.next();
    await client.status();
    await server.close();
    expect((await first).done).toBe(true);
  });

  it('passes the wish to leave on, and answers first', async () => {
    await client.leave();
    expect(departures).toBe(1);
  });
});

describe('a wrong call', () => {
  it.each([
    ['GET', '/v1/nothing', '', 404, 'not-found'],
    ['POST', '/v1/status', '', 405, 'method-not-allowed'],
    ['POST', '/v1/registers', '{"set":', 400, 'bad-json'],
    ['POST', '/v1/registers', '[]', 400, 'bad-json'],
    ['POST', '/v1/registers', '{}', 400, 'bad-request'],
    ['POST', '/v1/registers', '{"set":{"k":1}}', 400, 'bad-request'],
    ['POST', '/v1/registers', '{"sett":{}}', 400, 'bad-request'],
    ['POST', '/v1/registers', '{"delete":[1]}', 400, 'bad-request'],
    ['GET', '/v1/registers?author=nobody', '', 400, 'bad-request'],
    ['POST', '/v1/documents/a', '{"append":{}}', 400, 'bad-request'],
    ['GET', '/v1/documents/%ff', '', 400, 'bad-request'],
  ])('%s %s %s is answered with %i %s', async (method, target, body, status, code) => {
    expect(await raw(method, target, body)).toMatchObject({ status, body: { error: { code } } });
  });

  it('is not read beyond the limit', async () => {
    expect(await raw('POST', '/v1/registers', `{"set":{"k":"${'x'.repeat(bodyBytesMax)}"}}`)).toMatchObject({
      status: 413, body: { error: { code: 'body-too-large' } },
    });
  });

  it('that the node refuses has the code of the node', async () => {
    expect((await failureOf(client.write({ set: { [`k${'x'.repeat(300)}`]: 'v' } }))).status).toBe(422);
    await node.close();
    expect(await failureOf(client.write({ set: { k: 'v' } }))).toEqual({ code: 'closed', status: 503 });
  });

  it('finds nobody where nobody listens', async () => {
    expect(await failureOf(new ControlClient(join(folder, 'none.sock')).status())).toEqual({ code: 'unreachable', status: 0 });
  });
});
