import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, type FrameSink } from './framing.ts';
import { writeChunkBytes } from './limits.ts';
import { OutboundQueue, type WritableStream } from './outbound-queue.ts';

/** A stream as libp2p's behave: it takes a write whole, and then no other until it has drained. */
class NarrowStream implements WritableStream {
  readonly written: Uint8Array[] = [];
  writableNeedsDrain = false;
  writeBufferLength = 0;
  writeStatus = 'writable' as const;

  send(data: Uint8Array): boolean {
    this.written.push(data);
    this.writableNeedsDrain = true;
    return false;
  }
}

function framesIn(stream: NarrowStream): number[][] {
  const frames: number[][] = [];
  const sink: FrameSink = {
    isReading: true,
    onFrame: (frame) => frames.push([...frame]),
    onGoodbye: () => undefined,
    onOversized: () => undefined,
  };
  new FrameReader(1024 * 1024).push(Buffer.concat(stream.written), sink);
  return frames;
}

function drain(queue: OutboundQueue, stream: NarrowStream): void {
  while (!queue.isEmpty) {
    stream.writableNeedsDrain = false;
    queue.flush();
  }
}

test('what was accepted leaves in order, in chunks of bounded size', () => {
  const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 150_000 }), { maxLength: 12 });
  fc.assert(
    fc.property(frames, (accepted) => {
      const stream = new NarrowStream();
      const queue = new OutboundQueue(stream, Number.MAX_SAFE_INTEGER);
      for (const frame of accepted) expect(queue.offer(frame)).toBe(true);
      drain(queue, stream);
      expect(framesIn(stream)).toEqual(accepted.map((frame) => [...frame]));
      expect(stream.written.every((chunk) => chunk.length <= writeChunkBytes)).toBe(true);
      expect(queue.bufferedBytes).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('frames that are offered in one turn leave in one write', async () => {
  const stream = new NarrowStream();
  const queue = new OutboundQueue(stream, 1_000_000);
  for (let at = 0; at < 100; at += 1) queue.offer(Uint8Array.of(at));
  await Promise.resolve();
  expect(stream.written.map((chunk) => chunk.length)).toEqual([500]);
});

test('over the budget a frame is refused and not taken', () => {
  const stream = new NarrowStream();
  const queue = new OutboundQueue(stream, 100);
  const offers = Array.from({ length: 5 }, (_, at) => queue.offer(new Uint8Array(36).fill(at)));
  expect(offers).toEqual([true, true, false, false, false]);
  expect(queue.bufferedBytes).toBe(80);
  drain(queue, stream);
  expect(framesIn(stream).map((frame) => frame[0])).toEqual([0, 1]);
});

test('sweeps count only while nothing much leaves after a refusal', () => {
  const stream = new NarrowStream();
  const queue = new OutboundQueue(stream, 100);
  queue.offer(new Uint8Array(90));
  expect([queue.countSweep(), queue.countSweep()]).toEqual([0, 0]);
  queue.offer(new Uint8Array(90));
  expect([queue.countSweep(), queue.countSweep()]).toEqual([1, 2]);
  drain(queue, stream);
  expect(queue.countSweep()).toBe(0);
});
