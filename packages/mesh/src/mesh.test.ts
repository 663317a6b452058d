import fc from 'fast-check';
import {
  bytes,
  millis,
  mix32,
  noPeer,
  silentObserver,
  type BatchHandle,
  type BatchMessage,
  type BatchRange,
  type Command,
  type DisconnectReason,
  type Effects,
  type Epoch,
  type Incarnation,
  type Input,
  type MemberClaim,
  type MeshEvent,
  type Message,
  type Millis,
  type NodeIndex,
  type PeerIndex,
  type Sequence,
  type Timer,
} from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Mesh } from './mesh.ts';
import { resolveMeshOptions, type MeshOptionsInput } from './options.ts';
import { inputs } from './inputs.test.support.ts';

const node = 0 as NodeIndex;
const peerOf = (index: number): PeerIndex => index as PeerIndex;
const join: Input = { type: 'command', command: { type: 'join', self: peerOf(0), epoch: 1 as Epoch } };
const linkUp = (peer: number): Input => ({ type: 'link-up', peer: peerOf(peer), rttMs: millis(0) });
const hear = (from: number, message: Message): Input => ({ type: 'message', from: peerOf(from), message });
const offend = (from: number): Input => ({ type: 'frame-refused', from: peerOf(from), offence: 'invalid-signature' });

const aliveAt = (peer: number): MemberClaim =>
  ({ peer: peerOf(peer), state: 'alive', epoch: 1 as Epoch, incarnation: 0 as Incarnation, accuser: noPeer });

function batchOf(author: number, first: number, handle = 0): BatchMessage {
  const range: BatchRange = { author: peerOf(author), epoch: 1 as Epoch, firstSequence: first as Sequence, count: 1 };
  const header = { ...range, hash48: mix32(author + first), bytes: bytes(100) };
  return { type: 'batch', header, handle: handle as BatchHandle, hops: 0, place: 'next' };
}

/** A mesh of two nodes; everything that is asked for and every fact is one line of a log. */
class WrittenMesh implements Effects {
  readonly log: string[] = [];
  readonly held: { readonly node: NodeIndex; readonly batch: BatchMessage }[] = [];
  readonly mesh: Mesh;
  /** Whether the log tells of links that become eager. */
  promotions = false;

  constructor(options: MeshOptionsInput = {}) {
    this.mesh = new Mesh(2, {
      options: resolveMeshOptions(options),
      observer: {
        ...silentObserver,
        linkPromoted: (_node, peer) => this.promotions && this.log.push(`fact link ${peer} eager`),
        linkChanged: (_node, peer, isUp) => this.log.push(`fact link ${peer} ${isUp ? 'up' : 'down'}`),
        offenceSeen: (_node, peer, offence) => this.log.push(`fact ${offence} of ${peer}`),
        batchIgnored: (_node, from, reason) => this.log.push(`fact ${reason} from ${from}`),
      },
      tags: { highOf: (peer) => mix32(2 * peer), lowOf: (peer) => mix32(2 * peer + 1) },
      source: {
        batchAfter: (of, author, epoch, sequence) => this.held.find(({ node: holder, batch: { header } }) =>
          holder === of && header.author === author && header.epoch === epoch &&
          header.firstSequence + header.count - 1 > sequence)?.batch,
        batchOf: (of, handle) =>
          this.held.find(({ node: holder, batch }) => holder === of && batch.handle === handle)?.batch,
      },
      seed: 1,
    });
  }

  /** A node 0 that has joined and is linked to some peers. */
  static linked(peers: readonly number[], options: MeshOptionsInput = {}): WrittenMesh {
    const written = new WrittenMesh(options);
    written.handle(join, ...peers.map(linkUp));
    written.log.length = 0;
    return written;
  }

  handle(...inputs: readonly Input[]): void {
    for (const input of inputs) this.mesh.handle(node, input, millis(1_000), this);
  }

  send(_node: NodeIndex, to: PeerIndex, message: Message): void {
    this.log.push(`send ${to} ${message.type}`);
  }

  setTimer(_node: NodeIndex, _afterMs: Millis, timer: Timer): void {
    this.log.push(`timer ${timer.type}`);
  }

  connect(_node: NodeIndex, peer: PeerIndex): void {
    this.log.push(`connect ${peer}`);
  }

  disconnect(_node: NodeIndex, peer: PeerIndex, reason: DisconnectReason): void {
    this.log.push(`disconnect ${peer} ${reason}`);
  }

  emit(of: NodeIndex, event: MeshEvent): void {
    this.log.push(`emit ${event.type}`);
    if (event.type === 'batch-accepted') this.held.push({ node: of, batch: event.batch });
  }
}

describe('the composer forwards in one order', () => {
  it('join: gossip, registry', () => {
    const written = new WrittenMesh();
    written.handle(join);
    expect(written.log).toEqual(['timer start-round', 'timer maintain-views', 'timer shuffle-views', 'timer probe-next']);
  });

  it('link up: the registry takes the neighbor in and tells what it believes, then gossip greets it', () => {
    const written = WrittenMesh.linked([]);
    written.handle(linkUp(3));
    expect(written.log).toEqual(['send 3 neighbor', 'fact link 3 up', 'send 3 claims', 'send 3 graft', 'send 3 round']);
  });

  it('a full view decides by the newcomer\'s word: then the registry makes room, and gossip greets', () => {
    const written = WrittenMesh.linked([1, 2, 3, 4], { peerRegistry: { neighborsMax: 4, connectsPerLookMax: 4 } });
    written.handle(hear(1, { type: 'claims', claims: [aliveAt(9)] }));
    written.log.length = 0;
    written.handle(linkUp(9));
    expect(written.log).toEqual(['send 9 neighbor']);
    written.log.length = 0;
    written.handle(hear(9, { type: 'neighbor', isUrgent: true }));
    const [down, away, ...rest] = written.log;
    expect([down, away]).toEqual([expect.stringMatching(/^fact link \d down$/), expect.stringMatching(/^disconnect \d view-full$/)]);
    expect(rest.slice(0, 3)).toEqual(['fact link 9 up', 'send 9 claims', 'send 9 round']);
  });

  it('stalled: the registry gives no verdict on the strength of what it did not hear', () => {
    const written = WrittenMesh.linked([3]);
    const suspicion = { ...aliveAt(3), state: 'suspect' as const };
    written.handle(hear(3, { type: 'claims', claims: [suspicion] }), { type: 'stalled', lagMs: millis(1_000) });
    written.log.length = 0;
    written.handle({ type: 'timer', timer: { ...suspicion, type: 'declare-dead' } });
    expect(written.log).toEqual(['timer declare-dead']);
  });

  it('link down: gossip forgets the link and finds another for its part, then the registry takes it out of the view', () => {
    const written = WrittenMesh.linked([3, 4], { gossip: { eagerMax: 1 } });
    written.promotions = true;
    written.handle({ type: 'link-down', peer: peerOf(3), cause: 'closed' });
    expect(written.log).toEqual(['fact link 4 eager', 'fact link 3 down']);
    expect(written.mesh.isNeighbor(node, peerOf(3))).toBe(false);
  });

  it('offence: byzantine bans and sends away, then the registry bars from the view', () => {
    const written = WrittenMesh.linked([3, 4]);
    written.handle(offend(3));
    expect(written.log).toEqual(['fact invalid-signature of 3', 'disconnect 3 offence', 'fact link 3 down']);
  });

  it('a message goes to the module that knows it', () => {
    const written = WrittenMesh.linked([3]);
    written.handle(hear(3, { type: 'round', digest: written.mesh.digest(node), isReply: false }));
    expect(written.log).toEqual(['emit converged', 'send 3 round']);
    written.log.length = 0;
    written.handle(hear(3, { type: 'claims', claims: [aliveAt(3)] }));
    expect(written.log).toEqual(['timer spread-claims', 'emit member-joined']);
    written.log.length = 0;
    written.handle(hear(3, batchOf(3, 1)));
    expect(written.log).toEqual(['emit batch-accepted', 'timer flush-outbox']);
    written.log.length = 0;
    written.mesh.handle(node, hear(3, { type: 'frontier', entries: [], isReply: false }), millis(2_000), written);
    expect(written.log).toEqual(['send 3 batch']);
  });

  it.each<[Timer['type'], readonly string[]]>([
    ['start-round', ['send 3 round', 'timer start-round']],
    ['flush-outbox', []],
    ['announce-batches', []],
    ['graft-missing', []],
    ['spread-claims', []],
    ['maintain-views', ['timer maintain-views']],
    ['probe-next', ['timer probe-next', 'timer end-probe', 'timer probe-indirectly', 'send 3 ping']],
    ['shuffle-views', ['send 3 shuffle', 'timer shuffle-views']],
    ['probe-indirectly', []],
    ['end-probe', []],
    ['send-nack', []],
    ['judge-suspicion', []],
    ['declare-dead', []],
  ])('a timer %s goes to the module that asked for it', (type, log) => {
    const written = WrittenMesh.linked([3]);
    written.handle({ type: 'timer', timer: { type } as Timer });
    expect(written.log).toEqual(log);
  });

  it('leave: the registry tells every neighbor', () => {
    const written = WrittenMesh.linked([3, 4]);
    written.handle({ type: 'command', command: { type: 'leave' } });
    expect(written.log).toEqual(['send 3 claims', 'send 4 claims']);
    expect(written.mesh.members(node)[0]?.state).toBe('left');
  });
});

describe('BYZ5: an offender is no neighbor from that moment, and is not heard while it is banned', () => {
  const messages: readonly Message[] = [
    { type: 'round', digest: { high: 1, low: 2 }, isReply: false },
    { type: 'frontier', entries: [], isReply: false },
    { type: 'ranges', ranges: [], nonce: { high: 1, low: 2 }, isReply: false },
    { type: 'claims', claims: [aliveAt(9)] },
    batchOf(3, 1),
  ];

  it.each(messages.map((message) => ({ message })))('its $message.type changes nothing', ({ message }) => {
    const written = WrittenMesh.linked([3, 4]);
    written.handle(offend(3));
    expect(written.mesh.isNeighbor(node, peerOf(3))).toBe(false);
    expect(written.mesh.isNeighbor(node, peerOf(4))).toBe(true);
    written.log.length = 0;
    written.handle(hear(3, message));
    expect(written.log).toEqual([]);
    expect(written.mesh.frontier(node)).toEqual([]);
    expect(written.mesh.members(node).length).toBe(1);
  });

  it('it is neither pushed to nor asked, though its link is still up', () => {
    const written = WrittenMesh.linked([3]);
    written.handle(offend(3), hear(4, batchOf(4, 1)));
    written.log.length = 0;
    for (const type of ['flush-outbox', 'announce-batches', 'start-round'] as const) {
      written.handle({ type: 'timer', timer: { type } });
    }
    expect(written.log).toEqual(['timer announce-batches', 'timer start-round']);
  });

  it('when it comes back it is sent away, and heard again after the ban', () => {
    const written = WrittenMesh.linked([3]);
    written.handle(offend(3));
    written.log.length = 0;
    written.handle(linkUp(3));
    expect(written.log).toEqual(['disconnect 3 offence']);
    written.mesh.handle(node, linkUp(3), millis(31_001), written);
    expect(written.mesh.isNeighbor(node, peerOf(3))).toBe(true);
  });

  it('BYZ8: after the ban it is a partner of rounds less often than others, and as often when it has recovered', () => {
    const written = WrittenMesh.linked([3, 4, 5, 6]);
    written.handle(offend(3));
    const banEndsMs = 31_000;
    written.mesh.handle(node, linkUp(3), millis(banEndsMs), written);
    const shareAt = (atMs: number): number => {
      written.log.length = 0;
      for (let i = 0; i < 4_000; i++) written.mesh.handle(node, { type: 'timer', timer: { type: 'start-round' } }, millis(atMs), written);
      const sent = (to: number): number => written.log.filter((line) => line === `send ${to} round`).length;
      return sent(3) / ((sent(4) + sent(5) + sent(6)) / 3);
    };
    expect(shareAt(banEndsMs)).toBeGreaterThan(0.5);
    expect(shareAt(banEndsMs)).toBeLessThan(0.75);
    expect(shareAt(banEndsMs + 300_000)).toBeCloseTo(1, 1);
  });

  it('before any crypto it is left out, and counted', () => {
    const written = WrittenMesh.linked([3]);
    const { header, place } = batchOf(4, 1);
    const offered = { ...header, place };
    expect(written.mesh.admit(node, peerOf(3), offered, millis(1_000), written)).toEqual({ type: 'accept' });
    written.handle(offend(3));
    written.log.length = 0;
    expect(written.mesh.admit(node, peerOf(3), offered, millis(1_000), written))
      .toEqual({ type: 'ignore', reason: 'sender-banned' });
    expect(written.log).toEqual(['fact sender-banned from 3']);
  });
});

describe('GOS13: before any crypto a batch is judged, and nothing moves', () => {
  it('whatever is admitted, only what is handed in afterwards moves the frontier', () => {
    const written = WrittenMesh.linked([3]);
    written.handle(hear(3, batchOf(3, 1)));
    written.log.length = 0;
    const admit = (first: number): unknown =>
      written.mesh.admit(node, peerOf(3), { ...batchOf(3, first).header, place: 'next' }, millis(1_000), written);
    expect(admit(1)).toEqual({ type: 'ignore', reason: 'duplicate' });
    expect(admit(2)).toEqual({ type: 'accept' });
    expect(admit(2)).toEqual({ type: 'accept' });
    expect(admit(9)).toEqual({ type: 'ignore', reason: 'gap' });
    expect(written.log).toEqual(['fact duplicate from 3', 'fact gap from 3', 'timer graft-missing']);
    expect(written.mesh.frontier(node).map(({ sequence }) => sequence)).toEqual([1]);
  });
});

const tight = {
  peerRegistry: { membersMax: 4, neighborsMax: 2, connectsPerLookMax: 2 },
  gossip: { logsMax: 3, outboxMax: 2, linksMax: 2, missingMax: 2, eagerMax: 1 },
  byzantine: { bansMax: 2 },
};

describe('BYZ6: nothing that is well-typed makes the core throw, or grow beyond its bounds', () => {
  it.each([['before it joins', false], ['after it joined', true]])('%s', (_when, isJoined) => {
    fc.assert(fc.property(fc.array(inputs, { maxLength: 40 }), (all) => {
      const written = new WrittenMesh(tight);
      if (isJoined) written.handle(join);
      all.forEach((input, at) => {
        written.mesh.handle(node, input, millis(at * 100), written);
        const linked = [0, 1, 2, 3, 4, 5, 6].filter((peer) => written.mesh.isNeighbor(node, peerOf(peer)));
        expect(linked.length).toBeLessThanOrEqual(2);
        expect(written.mesh.members(node).length).toBeLessThanOrEqual(4);
        expect(written.mesh.frontier(node).length).toBeLessThanOrEqual(3);
      });
      // Whatever strangers said before, a node can join afterwards and is itself.
      if (!isJoined) written.handle(join);
      expect(written.mesh.members(node)[0]?.peer).toBe(0);
    }), { numRuns: 300 });
  });

  it('the nodes of one mesh share nothing', () => {
    fc.assert(fc.property(fc.array(inputs, { maxLength: 40 }), (all) => {
      const written = new WrittenMesh(tight);
      const other = 1 as NodeIndex;
      const { mesh } = written;
      const linked = (): boolean[] => [0, 1, 2, 3, 4, 5, 6].map((peer) => mesh.isNeighbor(other, peerOf(peer)));
      const seen = (): unknown =>
        [mesh.members(other), mesh.frontier(other), mesh.digest(other), mesh.isConverged(other), linked()];
      const command: Command = { type: 'join', self: peerOf(5), epoch: 2 as Epoch };
      written.mesh.handle(other, { type: 'command', command }, millis(0), written);
      written.mesh.handle(other, linkUp(2), millis(0), written);
      written.mesh.handle(other, hear(2, batchOf(2, 1)), millis(0), written);
      const before = seen();
      written.handle(join, ...all);
      expect(seen()).toEqual(before);
    }));
  });
});

describe('the options', () => {
  it('of the defaults are complete and frozen', () => {
    const options = resolveMeshOptions();
    expect([options, ...Object.values(options)].every((section) => Object.isFrozen(section))).toBe(true);
  });

  it('every violation is named at once', () => {
    const wrong = { peerRegistry: { membersMax: 1 }, gossip: { fanout: 0 }, byzantine: { bansMax: 0 } };
    expect(() => resolveMeshOptions(wrong)).toThrow(/peerRegistry\.membersMax.*gossip\.fanout.*byzantine\.bansMax/);
  });
});
