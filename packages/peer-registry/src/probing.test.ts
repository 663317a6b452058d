import { millis, type PeerIndex, type Timer } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { accusation, ackOf, claim, node, peerOf, self, TestRegistry } from './registry.test.support.ts';

interface Probe {
  readonly peer: PeerIndex;
  readonly token: number;
}

/** Lets the period begin; answers whom it pings. */
function probe(registry: TestRegistry): Probe {
  registry.effects.clear();
  registry.facts.length = 0;
  registry.timer({ type: 'probe-next' });
  const [ping] = registry.sentOf('ping');
  return { peer: ping!.to, token: ping!.message.token };
}

/** The direct answer is late; answers who is asked to help. */
function helpers(registry: TestRegistry, target: Probe): number[] {
  registry.effects.clear();
  registry.timer({ type: 'probe-indirectly', ...target });
  return registry.sentOf('ping-request').map(({ to }) => to);
}

const end = (registry: TestRegistry, target: Probe): void => registry.timer({ type: 'end-probe', ...target });

describe('REG19: who answers is not accused', () => {
  it('an answer in time ends the probe; its timers are stale', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const target = probe(registry);
    registry.answer(target.peer, target.token);
    expect(helpers(registry, target)).toEqual([]);
    end(registry, target);
    expect(registry.facts).toEqual([`probe of ${target.peer} direct`]);
    expect(registry.held(target.peer)).toEqual(claim(target.peer, 'alive'));
  });

  it('silence makes it suspect when the period ends, accused by us', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const target = probe(registry);
    expect(helpers(registry, target).length).toBe(4);
    end(registry, target);
    expect(registry.held(target.peer)).toEqual(claim(target.peer, 'suspect'));
    registry.effects.clear();
    registry.timer({ type: 'spread-claims' });
    expect(registry.effects.claims).toContainEqual(accusation(target.peer, self));
  });

  it('helpers are distinct, never the target, and as many as the direct answers of late want', () => {
    const registry = TestRegistry.joined({ members: 20, linked: 20 });
    const asked = Array.from({ length: 10 }, () => {
      const target = probe(registry);
      const found = helpers(registry, target);
      expect(found).not.toContain(target.peer);
      expect(new Set(found).size).toBe(found.length);
      registry.hearFrom(found[0]!, ackOf(target.peer, target.token));
      return found.length;
    });
    // The first probe has a share of 0 answers: as many as may be.
    expect(asked).toEqual([8, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
    for (let i = 0; i < 64; i++) {
      const target = probe(registry);
      registry.answer(target.peer, target.token);
    }
    expect(helpers(registry, probe(registry)).length).toBe(3);
  });

  it.each([
    ['a helper', (peer: number, token: number) => [peer === 1 ? 2 : 1, ackOf(peer, token)] as const, 'helped'],
    ['the stream', (peer: number, token: number) => [peer, ackOf(peer, token | 1)] as const, 'stream'],
  ])('an answer through %s counts', (_way, answer, outcome) => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const target = probe(registry);
    helpers(registry, target);
    registry.hearFrom(...answer(target.peer, target.token));
    end(registry, target);
    expect(registry.facts).toEqual([`probe of ${target.peer} ${outcome}`]);
    expect(registry.held(target.peer)).toEqual(claim(target.peer, 'alive'));
  });

  it('the link itself is tried three times more, within the period', () => {
    const registry = TestRegistry.joined({ members: 2, linked: 2 });
    const target = probe(registry);
    const timer: Timer = { type: 'probe-indirectly', ...target };
    registry.effects.clear();
    for (const passMs of [250, 50, 50, 50]) {
      registry.pass(passMs);
      if (registry.sentOf('ping').length < 3) registry.timer(timer);
    }
    expect(registry.sentOf('ping').map(({ to, message }) => [to, message.token])).toEqual(
      Array.from({ length: 3 }, () => [target.peer, target.token + 1]),
    );
    expect(registry.timersOf('probe-indirectly').map(({ afterMs }) => afterMs)).toEqual([50, 50]);
    expect(registry.sentOf('ping-request').length).toBe(1);
  });

  it.each([
    ['another token', (peer: number, token: number) => ackOf(peer, token + 2)],
    ['another target', (peer: number, token: number) => ackOf(peer === 3 ? 4 : 3, token)],
  ])('an answer of %s does not', (_what, ack) => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const target = probe(registry);
    registry.hearFrom(2, ack(target.peer, target.token));
    end(registry, target);
    expect(registry.held(target.peer)).toEqual(claim(target.peer, 'suspect'));
  });

  it('a later incarnation counts as alive, even in an answer that nobody waits for', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    registry.hear(accusation(4, 3));
    registry.hearFrom(2, ackOf(4, 77, 1));
    expect(registry.held(4)).toEqual(claim(4, 'alive', 1));
    registry.hear(claim(5, 'dead'));
    registry.hearFrom(2, ackOf(5, 77, 0));
    expect(registry.held(5)).toEqual(claim(5, 'dead'));
  });

  it('timers of a probe before are stale', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const before = probe(registry);
    registry.answer(before.peer, before.token);
    const now = probe(registry);
    registry.effects.clear();
    registry.timer({ type: 'probe-indirectly', ...before });
    end(registry, before);
    end(registry, { ...now, token: now.token + 2 });
    expect(registry.effects.sent).toEqual([]);
    expect(registry.facts).toEqual([]);
  });

  it('while one runs no other begins; the next period comes all the same', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    probe(registry);
    registry.effects.clear();
    registry.timer({ type: 'probe-next' });
    expect(registry.sentOf('ping')).toEqual([]);
    const [next] = registry.timersOf('probe-next');
    expect(Math.abs(next!.afterMs - 500)).toBeLessThanOrEqual(50);
  });

  it('one whose link is closed in order is not accused for its silence', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const target = probe(registry);
    registry.unlink(target.peer, 'closed');
    helpers(registry, target);
    end(registry, target);
    expect(registry.held(target.peer)).toEqual(claim(target.peer, 'alive'));
  });

  it('nor for what we missed while we stood still', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    const target = probe(registry);
    registry.registry.onStalled(node, millis(700), registry.now);
    end(registry, target);
    expect(registry.held(target.peer)).toEqual(claim(target.peer, 'alive'));
  });

  it('the wait follows the round trip, as it is measured', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    const waits = [40, 48, 24, 24].map((passMs) => {
      const target = probe(registry);
      registry.pass(passMs);
      registry.answer(target.peer, target.token);
      return registry.timersOf('probe-indirectly')[0]!.afterMs;
    });
    // A slower answer weighs an eighth, a faster one half.
    expect(waits).toEqual([250, 160, 164, 132]);
    expect(registry.registry.rttMsOf(node, peerOf(1))).toBe(29);
    registry.link(2, 7);
    expect(registry.registry.rttMsOf(node, peerOf(2))).toBe(7);
  });
});

it('a neighbor keeps its round trip when another leaves', () => {
  const registry = TestRegistry.joined({ members: 3 });
  for (const peer of [1, 2, 3]) registry.link(peer, 10 * peer);
  registry.unlink(1, 'closed');
  expect([1, 2, 3].map((peer) => registry.registry.rttMsOf(node, peerOf(peer)))).toEqual([0, 20, 30]);
});

describe('REG20: a suspect hears of it from whoever asks', () => {
  it('a ping to it comes with the suspicion', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.hear(accusation(1, self));
    probe(registry);
    expect(registry.effects.sent.map(({ to, message }) => [to, message.type])).toEqual([[1, 'claims'], [1, 'ping']]);
    expect(registry.effects.claims).toEqual([accusation(1, self)]);
  });

  it('when a link fails helpers are told and asked at once', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 3 });
    registry.unlink(1, 'failed');
    const sent = registry.effects.sent.map(({ to, message }) => `${to} ${message.type}`).toSorted();
    expect(sent).toEqual(['2 claims', '2 ping-request', '3 claims', '3 ping-request']);
    const [request] = registry.sentOf('ping-request');
    registry.hearFrom(2, ackOf(1, request!.message.token, 1));
    expect(registry.held(1)).toEqual(claim(1, 'alive', 1));
    end(registry, { peer: peerOf(1), token: request!.message.token });
    expect(registry.held(1)).toEqual(claim(1, 'alive', 1));
  });

  it('one that refuted meanwhile is not accused again for the link that failed', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 3 });
    registry.unlink(1, 'failed');
    const [request] = registry.sentOf('ping-request');
    registry.hear(claim(1, 'alive', 1));
    end(registry, { peer: peerOf(1), token: request!.message.token });
    expect(registry.facts).toContain('probe of 1 failed');
    expect(registry.held(1)).toEqual(claim(1, 'alive', 1));
  });

  it('a ping is answered with our incarnation and how far we lag', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.hear(accusation(0, 1));
    registry.registry.onStalled(node, millis(120), registry.now);
    registry.effects.clear();
    registry.hearFrom(1, { type: 'ping', token: 9 });
    expect(registry.effects.sent).toEqual([{ to: 1, message: { ...ackOf(0, 9, 1), lagMs: 120 } }]);
  });

  it('who has left answers no ping, and asks none', () => {
    const registry = TestRegistry.joined({ members: 1, linked: 1 });
    registry.registry.leave(node, registry.effects);
    registry.effects.clear();
    registry.hearFrom(1, { type: 'ping', token: 9 });
    registry.timer({ type: 'probe-next' });
    expect(registry.effects.sent).toEqual([]);
    expect(registry.effects.timers).toEqual([]);
  });
});

describe('REG21: a helper asks, hands on, and says that it is well', () => {
  const asked = (): { registry: TestRegistry; token: number } => {
    const registry = TestRegistry.joined({ members: 5, linked: 5 });
    registry.hearFrom(1, { type: 'ping-request', token: 40, target: peerOf(2) });
    const [ping] = registry.sentOf('ping');
    expect(ping!.to).toBe(2);
    return { registry, token: ping!.message.token };
  };
  const nack: Timer = { type: 'send-nack', peer: peerOf(1), target: peerOf(2), token: 40 };

  it('the answer goes to the asker, once, and then there is nothing to nack', () => {
    const { registry, token } = asked();
    registry.effects.clear();
    registry.answer(2, token, 3);
    registry.answer(2, token, 3);
    registry.timer(nack);
    expect(registry.effects.sent).toEqual([{ to: 1, message: ackOf(2, 40, 3) }]);
  });

  it('no answer: a nack at 80 % of the wait; a later answer still goes on', () => {
    const { registry, token } = asked();
    expect(registry.timersOf('send-nack')).toEqual([{ afterMs: 200, timer: nack }]);
    registry.effects.clear();
    registry.timer(nack);
    registry.answer(2, token);
    expect(registry.effects.sent.map(({ message }) => message.type)).toEqual(['nack', 'ack']);
  });

  it('an answer by another than the target goes nowhere', () => {
    const { registry, token } = asked();
    registry.effects.clear();
    registry.hearFrom(3, ackOf(2, token));
    registry.hearFrom(3, ackOf(3, token));
    expect(registry.effects.sent).toEqual([]);
  });

  it('without a link to the target: a nack at once; about ourselves: an ack', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 1 });
    registry.hearFrom(1, { type: 'ping-request', token: 40, target: peerOf(2) });
    registry.hearFrom(1, { type: 'ping-request', token: 41, target: self });
    expect(registry.effects.sent).toEqual([
      { to: 1, message: { type: 'nack', token: 40, target: 2 } }, { to: 1, message: ackOf(0, 41) },
    ]);
  });

  it('of more requests than relaysMax the oldest is given up', () => {
    const registry = TestRegistry.joined({ members: 5, linked: 5, relaysMax: 2 });
    for (const token of [40, 42, 44]) registry.hearFrom(1, { type: 'ping-request', token, target: peerOf(2) });
    const tokens = registry.sentOf('ping').map(({ message }) => message.token);
    registry.effects.clear();
    for (const token of tokens) registry.answer(2, token);
    registry.timer(nack);
    expect(registry.sentOf('ack').map(({ message }) => message.token)).toEqual([42, 44]);
    expect(registry.sentOf('nack')).toEqual([]);
  });
});

describe('REG29: the lag that an ack tells', () => {
  /** What we answer to a ping. */
  function toldLag(registry: TestRegistry): number {
    registry.effects.clear();
    registry.hearFrom(1, { type: 'ping', token: 2 });
    return registry.sentOf('ack')[0]!.message.lagMs;
  }

  it('is that of the stall just past, halves with every period of probes, and is none when we have been well for a while', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 3 });
    expect(toldLag(registry)).toBe(0);
    registry.registry.onStalled(node, millis(400), registry.now);
    const told = Array.from({ length: 8 }, () => {
      const lagMs = toldLag(registry);
      registry.timer({ type: 'probe-next' });
      return lagMs;
    });
    expect(told).toEqual([400, 200, 100, 50, 25, 13, 0, 0]);
  });

  it('is the largest of stalls that follow each other, and a minute at most', () => {
    const registry = TestRegistry.joined({ members: 3, linked: 3 });
    registry.registry.onStalled(node, millis(3_000), registry.now);
    registry.registry.onStalled(node, millis(150), registry.now);
    expect(toldLag(registry)).toBe(3_000);
    registry.registry.onStalled(node, millis(1e7), registry.now);
    expect(toldLag(registry)).toBe(0xffff);
    for (let period = 0; period < 20; period++) registry.timer({ type: 'probe-next' });
    expect(toldLag(registry)).toBe(0);
  });
});
