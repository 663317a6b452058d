/** What leaves a node: whole frames, none above the limit, every message in order. */
import { decodeFrame, encodeIntroduction, frameBytesMax, type BatchHandle, type BatchMessage, type Message, type PeerIndex, type WireNames } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';
import { Egress } from './egress.ts';
import type { Links } from './links.ts';

const introduction = { publicKey: new Uint8Array(32), certificate: new Uint8Array(64), addresses: Array.from({ length: 4 }, () => 'a'.repeat(200)) };

/** Tables of one peer; a batch's handle is its size. Its bytes are counted, not read: a link takes any. */
const names: WireNames = {
  publicKeyOf: () => introduction.publicKey,
  introductionBytesOf: () => encodeIntroduction(introduction),
  find: () => 0 as PeerIndex,
  introduce: () => 0 as PeerIndex,
  bytesOf: (handle) => new Uint8Array(handle),
};

const batch = (bytes: number, author = 0): BatchMessage =>
  ({ type: 'batch', handle: bytes as BatchHandle, header: { bytes, author }, hops: 0 }) as unknown as BatchMessage;
const round: Message = { type: 'round', digest: { high: 1, low: 2 }, isReply: false };
const claims = (count: number): Message => ({
  type: 'claims',
  claims: Array.from({ length: count }, () => ({ peer: 0, state: 'suspect', epoch: 1, incarnation: 0, accuser: 0 })) as never,
});
const frontier = (count: number): Message => ({
  type: 'frontier', isReply: true, entries: Array.from({ length: count }, () => ({ author: 0, epoch: 1, sequence: 1 })) as never,
});
const graft = (count: number): Message => ({
  type: 'graft', ids: Array.from({ length: count }, () => ({ author: 0, epoch: 1, sequence: 1, hops: 0 })) as never,
});

/** The types of messages in a frame, by their headers. */
function typesIn(frame: Uint8Array): number[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const types: number[] = [];
  for (let at = 1; at < frame.length; at += 5 + view.getUint32(at + 1, true)) types.push(frame[at] as number);
  return types;
}

function egressTo(peers: ReadonlyMap<number, (frame: Uint8Array) => boolean>) {
  const counters = new Counters();
  /** A link is one object for as long as it lasts. */
  const made = new Map<unknown, ReturnType<Links['linkOf']>>();
  const links: Pick<Links, 'linkOf'> = {
    linkOf: (peer) => {
      const send = peers.get(peer);
      if (send === undefined) return undefined;
      const link = made.get(send) ?? ({ send } as unknown as ReturnType<Links['linkOf']>);
      made.set(send, link);
      return link;
    },
  };
  return { egress: new Egress(names, links as Links, counters), counters };
}

const peer = 1 as PeerIndex;
const typeOf: Partial<Record<Message['type'], number>> = { round: 1, frontier: 2, batch: 3, claims: 4, graft: 6 };

describe('egress', () => {
  it('gathers what one run of the core says to a peer into one frame', () => {
    const frames: Uint8Array[] = [];
    const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
    egress.send(peer, round);
    egress.send(peer, claims(2));
    expect(frames).toEqual([]);
    egress.flush();
    egress.flush();
    expect(frames.map(typesIn)).toEqual([[1, 4]]);
    expect(decodeFrame(frames[0] ?? new Uint8Array(), names)).toMatchObject({ type: 'messages', messages: [round, { type: 'claims' }] });
  });

  it('splits what is too much for one frame, in order, and makes no frame that a receiver refuses', () => {
    const message = fc.oneof(
      fc.constant(round),
      fc.integer({ min: 1, max: 512 }).map(claims),
      fc.integer({ min: 0, max: 1_024 }).map(frontier),
      fc.integer({ min: 0, max: 1_024 }).map(graft),
      fc.oneof(fc.integer({ min: 200, max: 512 * 1024 }), fc.constant(512 * 1024)).map(batch),
    );
    fc.assert(fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (messages) => {
      const frames: Uint8Array[] = [];
      const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
      for (const each of messages) egress.send(peer, each);
      egress.flush();
      for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(frameBytesMax);
      expect(frames.flatMap(typesIn)).toEqual(messages.map(({ type }) => typeOf[type]));
      // No frame is split for nothing: two that follow each other do not fit into one, but for the rounded size of claims.
      if (messages.every(({ type }) => type !== 'claims')) {
        for (let i = 1; i < frames.length; i++) expect((frames[i - 1]?.length ?? 0) + (frames[i]?.length ?? 0)).toBeGreaterThan(frameBytesMax);
      }
    }), { numRuns: 40 });
  });

  it('puts at most 1,024 messages into a frame', () => {
    const frames: Uint8Array[] = [];
    const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
    for (let i = 0; i < 2_050; i++) egress.send(peer, round);
    egress.flush();
    expect(frames.map((frame) => typesIn(frame).length)).toEqual([1_024, 1_024, 2]);
    for (const frame of frames) expect(decodeFrame(frame, names).type).toBe('messages');
  });

  it('NET12: introduces an author once on a link, before the first of his batches', () => {
    const frames: Uint8Array[] = [];
    const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
    for (const author of [2, 3, 2]) egress.send(peer, batch(300, author));
    egress.flush();
    for (const author of [3, 4]) egress.send(peer, batch(300, author));
    egress.flush();
    expect(frames.map(typesIn)).toEqual([[16, 3, 16, 3, 3], [3, 16, 3]]);
  });

  it('NET12: introduces neither itself nor the neighbor, for a link begins with a greeting', () => {
    const frames: Uint8Array[] = [];
    const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
    for (const author of [0, 1]) egress.send(peer, batch(300, author));
    egress.flush();
    expect(frames.map(typesIn)).toEqual([[3, 3]]);
  });

  it('NET12: introduces an author again with the beginning of his log that was asked for', () => {
    const frames: Uint8Array[] = [];
    const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
    const asked = (author: number, firstSequence: number): BatchMessage =>
      ({ ...batch(300, author), hops: 255, header: { bytes: 300, author, firstSequence } }) as unknown as BatchMessage;
    for (const each of [asked(2, 1), asked(2, 1), asked(2, 5), asked(0, 1), batch(300, 2)]) egress.send(peer, each);
    egress.flush();
    expect(frames.flatMap(typesIn)).toEqual([16, 3, 16, 3, 3, 3, 3]);
  });

  it('NET12: introduces an author again on a new link, after a frame that was not taken, and when it is told to forget', () => {
    const frames: Uint8Array[] = [];
    let isTaken = true;
    const links = new Map([[1, (frame: Uint8Array) => isTaken && frames.push(frame) > 0]]);
    const { egress } = egressTo(links);
    const sendOne = (): void => {
      egress.send(peer, batch(300, 2));
      egress.flush();
    };
    sendOne();
    isTaken = false;
    sendOne();
    isTaken = true;
    sendOne();
    links.set(1, (frame: Uint8Array) => frames.push(frame) > 0);
    sendOne();
    sendOne();
    egress.forgetIntroductions();
    sendOne();
    expect(frames.map(typesIn)).toEqual([[16, 3], [16, 3], [16, 3], [3], [16, 3]]);
  });

  it('REG26: puts at most sixteen introductions into a frame, as many as a receiver looks into', () => {
    const frames: Uint8Array[] = [];
    const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
    for (let author = 2; author < 42; author++) egress.send(peer, batch(300, author));
    egress.flush();
    expect(frames.map((frame) => typesIn(frame).filter((type) => type === 16).length)).toEqual([16, 16, 8]);
    expect(frames.flatMap(typesIn).filter((type) => type === 3)).toHaveLength(40);
  });

  it('REG26: tells of at most sixteen members in a frame, whatever tells of them', () => {
    const message = fc.oneof(fc.integer({ min: 1, max: 16 }).map(claims), fc.constant(round));
    fc.assert(fc.property(fc.array(message, { minLength: 1, maxLength: 40 }), (messages) => {
      const frames: Uint8Array[] = [];
      const { egress } = egressTo(new Map([[1, (frame: Uint8Array) => frames.push(frame) > 0]]));
      for (const each of messages) egress.send(peer, each);
      egress.flush();
      const told = frames.map((frame) => {
        const decoded = decodeFrame(frame, names);
        if (decoded.type !== 'messages') return expect.unreachable();
        return decoded.messages.reduce((sum, each) => sum + (each.type === 'claims' ? each.claims.length : 0), 0);
      });
      expect(Math.max(...told)).toBeLessThanOrEqual(16);
      const all = messages.reduce((sum, each) => sum + (each.type === 'claims' ? each.claims.length : 0), 0);
      expect(told.reduce((sum, each) => sum + each, 0)).toBe(all);
    }), { numRuns: 60 });
  });

  it('drops and counts what has no link, and what a link has no room for', () => {
    const { egress, counters } = egressTo(new Map([[1, () => false]]));
    egress.send(peer, round);
    egress.send(2 as PeerIndex, round);
    egress.flush();
    expect(counters.snapshot()).toEqual({ 'dropped.link-full': 1, 'dropped.no-link': 1 });
    egress.flush();
    expect(counters.snapshot()).toEqual({ 'dropped.link-full': 1, 'dropped.no-link': 1 });
  });

  it('DIR6: hands a message of the shell over at once, after what waits for the same peer, and says whether it was taken', () => {
    const frames: Uint8Array[] = [];
    let takes = true;
    const { egress, counters } = egressTo(new Map([[1, (frame: Uint8Array) => takes && frames.push(frame) > 0]]));
    const note = { type: 'direct', kind: 'note', payload: Uint8Array.of(1) } as const;
    egress.send(peer, round);
    expect(egress.sendNow(peer, note)).toBe(true);
    egress.flush();
    expect(frames.map(typesIn)).toEqual([[1], [17]]);
    takes = false;
    expect([egress.sendNow(peer, note), egress.sendNow(2 as PeerIndex, note)]).toEqual([false, false]);
    expect(counters.snapshot()).toEqual({});
  });
});
