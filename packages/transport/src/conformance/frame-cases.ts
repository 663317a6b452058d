/** Cases on what travels: order, wholeness, bounds, backpressure. */
import { strict as assert } from 'node:assert';
import type { ConformanceCase } from '../conformance.ts';
import { linked, patterned, rejection, sendPatiently, started, type Specimen } from './specimen.ts';
import type { Faults } from './world.ts';

const smallFrames = 10_000;
const gigabyte = 1024 ** 3;

function assertArrived(specimen: Specimen, expected: readonly Uint8Array[]): void {
  assert.equal(specimen.frames.length, expected.length);
  for (const [at, frame] of specimen.frames.entries()) {
    assert.equal(Buffer.compare(frame, expected[at] as Uint8Array), 0, `frame ${at} arrived as it was sent`);
  }
}

/** A length prefix as the wire has it. */
function prefix(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
}

export const frameCases: readonly ConformanceCase[] = [
  {
    name: 'frames of 1 byte to frameBytesMax arrive in order, once, whole and unchanged, both ways',
    run: async (world) => {
      const frameBytesMax = 1024 * 1024;
      const [dialer, acceptor, out, back] = await linked(world, { frameBytesMax });
      const sizes = [1, 2, 3, 4, 5, 1_000, 65_531, 65_532, 65_533, 65_536, 262_144, frameBytesMax, 1, frameBytesMax];
      const frames = sizes.map((size, number) => patterned(size, number));
      await Promise.all([sendPatiently(out, frames), sendPatiently(back, frames.toReversed())]);
      await acceptor.until('all frames arrived', () => acceptor.frames.length >= frames.length);
      await dialer.until('all frames arrived', () => dialer.frames.length >= frames.length);
      assertArrived(acceptor, frames);
      assertArrived(dialer, frames.toReversed());
    },
  },
  {
    name: `${smallFrames} small frames cross both ways at once`,
    run: async (world) => {
      const [dialer, acceptor, out, back] = await linked(world);
      const frames = Array.from({ length: smallFrames }, (_, number) => patterned(1 + (number % 97), number));
      await Promise.all([sendPatiently(out, frames), sendPatiently(back, frames)]);
      await acceptor.until('all frames arrived', () => acceptor.frames.length >= smallFrames);
      await dialer.until('all frames arrived', () => dialer.frames.length >= smallFrames);
      assertArrived(acceptor, frames);
      assertArrived(dialer, frames);
    },
  },
  {
    name: 'a frame that is empty or too long is the mistake of the caller',
    run: async (world) => {
      const [, acceptor, link] = await linked(world, { frameBytesMax: 1_024 });
      assert.throws(() => link.send(new Uint8Array(0)), RangeError);
      assert.throws(() => link.send(new Uint8Array(1_025)), RangeError);
      assert.ok(link.send(patterned(1_024, 1)));
      await acceptor.until('the good frame arrived', () => acceptor.frames.length === 1);
    },
  },
  {
    name: 'close flushes what was accepted, and the other end knows that it was in order',
    run: async (world) => {
      const [dialer, acceptor, link] = await linked(world);
      const frames = Array.from({ length: 40 }, (_, number) => patterned(20_000, number));
      for (const frame of frames) assert.ok(link.send(frame));
      link.close();
      link.close();
      assert.deepEqual(dialer.causes, [], 'the handler is not called inside close');
      assert.equal(link.send(patterned(1, 1)), false, 'a closed link takes nothing');
      await acceptor.until('the link is down', () => acceptor.causes.length === 1);
      await dialer.until('the link is down', () => dialer.causes.length === 1);
      assertArrived(acceptor, frames);
      assert.deepEqual([dialer.causes, acceptor.causes], [['closed-locally'], ['closed-by-peer']]);
    },
  },
  {
    name: 'a peer that never reads costs bounded memory, makes send answer false, and is cut off as a slow reader',
    needs: ['deafPeer'],
    run: async (world) => {
      const linkBufferBytesMax = 256 * 1024;
      const limits = { linkBufferBytesMax, frameBytesMax: 64 * 1024, stalledWriteMs: 1_000, idleTimeoutMs: 60_000 };
      const specimen = await started(world, limits);
      const peer = await (world.faults as Faults).deafPeer(specimen.transport);
      await specimen.until('the deaf peer is linked', () => specimen.ups.length === 1);
      const link = specimen.links[0];
      assert.equal(link?.peer, peer);
      const frame = patterned(16 * 1024, 1);
      let accepted = 0;
      let refused = 0;
      let bufferedMost = 0;
      while (specimen.causes.length === 0 && accepted < 10_000) {
        if (link?.send(frame) === true) accepted += 1;
        else {
          refused += 1;
          await new Promise<void>((resolve) => setTimeout(resolve, 5));
        }
        bufferedMost = Math.max(bufferedMost, link?.bufferedBytes ?? 0);
      }
      assert.deepEqual(specimen.causes, ['slow-reader']);
      assert.ok(refused > 0, 'send answered false');
      assert.ok(bufferedMost <= linkBufferBytesMax, `${bufferedMost} bytes were buffered`);
      // Windows and kernel buffers of the wire take some; nothing takes everything.
      assert.ok(accepted * frame.length < 16 * 1024 * 1024, `${accepted} frames were accepted`);
    },
  },
  {
    name: 'an announced length of 1 GB closes the link before any of it is buffered',
    needs: ['rawPeer'],
    run: async (world) => {
      const specimen = await started(world);
      const raw = await (world.faults as Faults).rawPeer(specimen.transport);
      await specimen.until('the raw peer is linked', () => specimen.ups.length === 1);
      const before = process.memoryUsage().arrayBuffers;
      raw.write(prefix(gigabyte));
      raw.write(patterned(4_096, 1));
      await specimen.until('the link is down', () => specimen.causes.length === 1);
      assert.deepEqual(specimen.causes, ['oversized-frame']);
      assert.deepEqual(specimen.frames, []);
      assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
    },
  },
  {
    name: 'a stream that ends inside a frame is malformed, and the half frame is not delivered',
    needs: ['rawPeer'],
    run: async (world) => {
      const specimen = await started(world);
      const raw = await (world.faults as Faults).rawPeer(specimen.transport);
      await specimen.until('the raw peer is linked', () => specimen.ups.length === 1);
      raw.write(Buffer.concat([prefix(3), patterned(3, 7), prefix(100), patterned(42, 1)]));
      await raw.end();
      await specimen.until('the link is down', () => specimen.causes.length === 1);
      assert.deepEqual(specimen.causes, ['malformed-frame']);
      assertArrived(specimen, [patterned(3, 7)]);
    },
  },
  {
    name: 'nothing is dialed before start',
    run: async (world) => {
      const transport = world.transport(world.identity());
      await rejection(transport.dial({ addresses: world.deadAddresses() }), 'not-started');
      assert.deepEqual(transport.localAddresses, []);
    },
  },
];
