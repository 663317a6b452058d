/**
 * Body of the message that narrows a difference down. Ranges follow one another, so that they cannot overlap: each begins where the
 * one before it ends. Bounds that do not rise, and marks outside of their range, are malformed.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readFlag } from './gossip-codec.ts';
import type { Epoch, Sequence } from './ids.ts';
import { frontierEntriesMax, rangesPerMessageMax } from './limits.ts';
import { compareLogNames, type LogName } from './log-name.ts';
import type { Digest, LogMark, LogRange, RangesMessage } from './messages.ts';

const kinds = { done: 0, compare: 1, list: 2, want: 3 } as const;

export function writeRanges(writer: ByteWriter, { isReply, nonce, ranges }: RangesMessage): void {
  writer.u8(isReply ? 1 : 0);
  writeDigest(writer, nonce);
  writer.u16(ranges.length);
  for (const range of ranges) writeRange(writer, range);
}

export function readRanges(reader: ByteReader): RangesMessage {
  const isReply = readFlag(reader);
  const nonce = readDigest(reader);
  const count = reader.count16(rangesPerMessageMax);
  const ranges: LogRange[] = [];
  let after: LogName | undefined;
  let marksLeft = frontierEntriesMax;
  for (let i = 0; i < count && !reader.failed; i++) {
    const range = readRange(reader, after, marksLeft);
    if (after !== undefined && compareLogNames(after, range.upTo) >= 0) reader.fail();
    if (range.type === 'list' || range.type === 'want') marksLeft -= range.marks.length;
    after = range.upTo;
    ranges.push(range);
  }
  return { type: 'ranges', isReply, nonce, ranges };
}

function writeRange(writer: ByteWriter, range: LogRange): void {
  writeName(writer, range.upTo);
  writer.u8(kinds[range.type]);
  if (range.type === 'compare') writeDigest(writer, range.fingerprint);
  if (range.type !== 'list' && range.type !== 'want') return;
  writer.u16(range.marks.length);
  for (const mark of range.marks) {
    writeName(writer, mark);
    writer.u48(mark.sequence);
  }
}

function readRange(reader: ByteReader, after: LogName | undefined, marksMax: number): LogRange {
  const upTo = readName(reader);
  const kind = reader.u8();
  switch (kind) {
    case kinds.done:
      return { type: 'done', upTo };
    case kinds.compare:
      return { type: 'compare', upTo, fingerprint: readDigest(reader) };
    case kinds.list:
    case kinds.want:
      return { type: kind === kinds.list ? 'list' : 'want', upTo, marks: readMarks(reader, { after, upTo }, marksMax) };
    default:
      reader.fail();
      return { type: 'done', upTo };
  }
}

/** Two authors of one tag are two marks of one name: marks need not rise, but never fall. */
function readMarks(reader: ByteReader, { after, upTo }: { after: LogName | undefined; upTo: LogName }, max: number): LogMark[] {
  const count = reader.count16(max);
  const marks: LogMark[] = [];
  let before = after;
  for (let i = 0; i < count && !reader.failed; i++) {
    const mark = { ...readName(reader), sequence: reader.u48() as Sequence };
    const order = before === undefined ? 1 : compareLogNames(mark, before);
    // The bound of the range before is outside of this one.
    if (order < 0 || (i === 0 && order === 0) || compareLogNames(mark, upTo) > 0) reader.fail();
    before = mark;
    marks.push(mark);
  }
  return marks;
}

function writeName(writer: ByteWriter, { tagHigh, tagLow, epoch }: LogName): void {
  writer.u32(tagHigh);
  writer.u32(tagLow);
  writer.u32(epoch);
}

function readName(reader: ByteReader): LogName {
  return { tagHigh: reader.u32(), tagLow: reader.u32(), epoch: reader.u32() as Epoch };
}

function writeDigest(writer: ByteWriter, { high, low }: Digest): void {
  writer.u32(high);
  writer.u32(low);
}

function readDigest(reader: ByteReader): Digest {
  return { high: reader.u32(), low: reader.u32() };
}
