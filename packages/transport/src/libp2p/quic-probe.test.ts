import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { hostAndPort, parseAddress } from './addresses.ts';
import { identity } from './identity.test.support.ts';
import { libp2pTransport } from './index.ts';
import { answersQuic } from './quic-probe.ts';
import type { Transport } from '../transport.ts';

const started: Transport[] = [];
const ignore = (): void => undefined;

afterEach(async () => {
  await Promise.all(started.splice(0).map((transport) => transport.stop()));
});

async function listening(): Promise<{ host: string; port: number; refused: string[] }> {
  const transport = libp2pTransport({ secretKey: identity().secretKey, wires: 'quic' });
  const refused: string[] = [];
  const onRefused = (reason: string): void => void refused.push(reason);
  await transport.start({ onLinkUp: ignore, onFrame: ignore, onLinkDown: ignore, onRefused });
  started.push(transport);
  const address = parseAddress(transport.localAddresses[0] ?? '')?.address;
  return { ...hostAndPort(address as never), refused };
}

test('a living listener answers a probe, which costs it no connection and is no refusal', async () => {
  const { host, port, refused } = await listening();
  const answers = await Promise.all([1, 2, 3].map(() => answersQuic(host, port, 2_000)));
  expect([answers, refused]).toEqual([[true, true, true], []]);
});

test('a port that nobody listens on does not answer', async () => {
  const { host, port } = await listening();
  await Promise.all(started.splice(0).map((transport) => transport.stop()));
  expect(await answersQuic(host, port, 300)).toBe(false);
});

test('a socket that says nothing, or talks nonsense, is no living listener', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await answersQuic('127.0.0.1', port, 200)).toBe(false);
  socket.on('message', (_, from) => socket.send('HTTP/1.1 400', from.port, from.address));
  expect(await answersQuic('127.0.0.1', port, 200)).toBe(false);
  socket.close();
});

test('an answer that waits in the buffer after a stall of ours ends the probe once', async () => {
  const { host, port } = await listening();
  const answers: boolean[] = [];
  // After how many turns the question is out is not ours to say; one of these is the turn before the answer is read.
  for (let turnsBefore = 0; turnsBefore < 6; turnsBefore++) {
    const answer = answersQuic(host, port, 15);
    for (let turn = 0; turn < turnsBefore; turn++) await new Promise(setImmediate);
    // The loop stands still past the deadline; the listener has threads of its own, and answers meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    answers.push(await answer);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }
  expect(answers).toContain(true);
});
