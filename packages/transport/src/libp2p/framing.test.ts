import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, goodbyeWord, keepAliveWord, writeLength, type FrameSink } from './framing.ts';

class Collector implements FrameSink {
  readonly frames: number[][] = [];
  readonly words: string[] = [];
  isReading = true;

  onFrame(frame: Uint8Array): void {
    this.frames.push([...frame]);
  }

  onGoodbye(): void {
    this.words.push('goodbye');
  }

  onOversized(announcedBytes: number): void {
    this.words.push(`oversized ${announcedBytes}`);
    this.isReading = false;
  }
}

function framed(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + frame.length);
  writeLength(bytes, 0, frame.length);
  bytes.set(frame, 4);
  return bytes;
}

function inChunks(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const frame = fc.uint8Array({ minLength: 1, maxLength: 20_000 });

test('frames come out as they went in, however the stream is cut and whatever keep-alives lie between', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 5 }),
      (frames, sizes) => {
        const stream = Buffer.concat(frames.flatMap((each) => [keepAliveWord, framed(each)]));
        const [reader, sink] = [new FrameReader(20_000), new Collector()];
        for (const chunk of inChunks(stream, sizes)) reader.push(chunk, sink);
        expect(sink.frames).toEqual(frames.map((each) => [...each]));
        expect(reader.isInsideFrame).toBe(false);
      },
    ),
    { numRuns: 100 },
  );
});

test('a stream that stops anywhere but between frames is known to be inside of one', () => {
  const stream = framed(Uint8Array.of(1, 2, 3));
  for (let length = 1; length < stream.length; length += 1) {
    const reader = new FrameReader(10);
    reader.push(stream.subarray(0, length), new Collector());
    expect(reader.isInsideFrame).toBe(true);
  }
});

test('a length above the bound ends the reading, and nothing after it is looked at', () => {
  const [reader, sink] = [new FrameReader(100), new Collector()];
  const announced = new Uint8Array(4);
  writeLength(announced, 0, 1024 ** 3);
  reader.push(Buffer.concat([framed(Uint8Array.of(9)), announced, framed(Uint8Array.of(8))]), sink);
  expect([sink.frames, sink.words]).toEqual([[[9]], ['oversized 1073741824']]);
});

test('a goodbye is told, and is no frame', () => {
  const [reader, sink] = [new FrameReader(100), new Collector()];
  for (const byte of goodbyeWord) reader.push(Uint8Array.of(byte), sink);
  expect([sink.frames, sink.words]).toEqual([[], ['goodbye']]);
});

test('an announcement alone reserves a page, not what it announces', () => {
  const readers = Array.from({ length: 200 }, () => new FrameReader(64 * 1024 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  const announced = new Uint8Array(5);
  writeLength(announced, 0, 64 * 1024 * 1024);
  for (const reader of readers) reader.push(announced, new Collector());
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  expect(readers.every((reader) => reader.isInsideFrame)).toBe(true);
});
