/**
 * A process that stands still: SIGSTOP for five seconds to one of 20 daemons, which is what a laptop's lid, a debugger or a
 * starved host do. Nobody may be removed, and the stopped one is back without help. Needs a build (`npm run build`).
 */
import type { ControlClient, ControlEvent } from '@murmuration/mesh-node/control-client';
import { describe, expect, it } from 'vitest';
import { DaemonGroup, eventually, type Daemon } from './processes.ts';

const daemonsCount = 20;
/** Each start is most of a second of one core. */
const startsAtOnce = 4;
const stopMs = 5_000;
const pollMs = 500;
/** From SIGCONT until all see the stopped one alive, it has its links, and all hold the same. */
const recoveryMsMax = 15_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A daemon, what it was asked for, and whom it is known as. */
interface Station {
  readonly daemon: Daemon;
  readonly client: ControlClient;
  readonly id: string;
}

/** What one daemon said of its members. */
type Happening = { readonly at: string } & Extract<ControlEvent, { readonly member: string }>;

async function startAll(group: DaemonGroup): Promise<Station[]> {
  const stations: Station[] = [];
  while (stations.length < daemonsCount) {
    const daemons = await Promise.all(Array.from({ length: startsAtOnce }, () => group.start()));
    for (const daemon of daemons) {
      stations.push({ daemon, client: await daemon.client(), id: (await daemon.started()).id });
    }
  }
  return stations;
}

/** Looks at every member list, again and again, and hears every event. Stopped daemons answer nothing and are left out. */
class Watch {
  readonly happenings: Happening[] = [];
  /** States that are neither alive nor suspect, and lists that lack somebody, in words. */
  readonly faults: string[] = [];
  polls = 0;
  readonly #silent = new Set<Station>();
  readonly #polling: Promise<unknown>;
  #isOver = false;

  constructor(stations: readonly Station[]) {
    for (const station of stations) void this.#listen(station);
    // Each at its own pace: a question to the stopped one holds up no other.
    this.#polling = Promise.all(stations.map((station) => this.#poll(station)));
  }

  leaveOut(station: Station): void {
    this.#silent.add(station);
  }

  takeIn(station: Station): void {
    this.#silent.delete(station);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#polling;
  }

  /** Ends with its daemon. */
  async #listen({ client, id }: Station): Promise<void> {
    try {
      for await (const event of client.events()) if ('member' in event) this.happenings.push({ at: id, ...event });
    } catch {
      // The daemon is gone: the test is over.
    }
  }

  async #poll(station: Station): Promise<void> {
    while (!this.#isOver) {
      await this.#look(station);
      await pause(pollMs);
    }
  }

  async #look(station: Station): Promise<void> {
    if (this.#silent.has(station)) return;
    const answer = await station.client.peers().catch(() => undefined);
    // It may have been stopped while it was asked.
    if (answer === undefined) return void (this.#silent.has(station) || this.faults.push(`${station.id} does not answer`));
    this.polls++;
    if (answer.length !== daemonsCount) this.faults.push(`${station.id} lists ${answer.length} members`);
    for (const { id, state } of answer) {
      if (state !== 'alive' && state !== 'suspect') this.faults.push(`${station.id} calls ${id} ${state}`);
    }
  }
}

const seesAllAlive = async ({ client }: Station): Promise<boolean> => {
  const { members, links } = await client.status();
  return members.alive === daemonsCount && links.quic + links.tcp > 0;
};

/** True where another daemon holds a link to it; by its own word alone it might not know yet that it lost them. */
const isLinkedTo = async (others: readonly Station[], station: Station): Promise<true | undefined> => {
  const lists = await Promise.all(others.map(({ client }) => client.peers()));
  return lists.flat().some(({ id, link }) => id === station.id && link !== undefined) || undefined;
};

const every = async (stations: readonly Station[], holds: (station: Station) => Promise<boolean>): Promise<true | undefined> =>
  (await Promise.all(stations.map(holds))).every(Boolean) || undefined;

const haveKey = (stations: readonly Station[], key: string): Promise<true> =>
  eventually(`${key} is known to ${stations.length}`, () =>
    every(stations, async ({ client }) => (await client.registers({ prefix: key })).length === 1));

const agree = (stations: readonly Station[]): Promise<string> => eventually('equal hashes', async () => {
  const hashes = await Promise.all(stations.map(async ({ client }) => (await client.hash()).stateHash));
  return new Set(hashes).size === 1 ? hashes[0] : undefined;
});

describe('SIGSTOP of five seconds to one of 20 daemons', () => {
  it('removes nobody, and the stopped one returns by itself and has what it missed', { timeout: 120_000 }, async () => {
    await using group = new DaemonGroup();
    const begunAt = performance.now();
    const stations = await startAll(group);
    await eventually('all see all', () => every(stations, seesAllAlive));
    const joinedMs = performance.now() - begunAt;

    const stopped = stations[7] as Station;
    const others = stations.filter((station) => station !== stopped);
    const watch = new Watch(stations);
    // Not awaited by the others: it is on its way when its author stops.
    await stopped.client.write({ set: { 'stall/before': 'x' } });
    watch.leaveOut(stopped);
    process.kill(stopped.daemon.pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    await others[0]?.client.write({ set: { 'stall/during': 'x' } });
    await haveKey(others, 'stall/during');
    const duringMs = performance.now() - stoppedAt;
    await pause(stopMs - duringMs);
    process.kill(stopped.daemon.pid, 'SIGCONT');
    const continuedAt = performance.now();
    watch.takeIn(stopped);

    await eventually('the stopped one is alive everywhere and linked', async () =>
      (await every(stations, seesAllAlive)) && (await isLinkedTo(others, stopped)), recoveryMsMax);
    const backMs = performance.now() - continuedAt;
    for (const key of ['stall/before', 'stall/during']) await haveKey(stations, key);
    await stopped.client.write({ set: { 'stall/after': 'x' } });
    await haveKey(stations, 'stall/after');
    await agree(stations);
    const agreedMs = performance.now() - continuedAt;
    // A false suspicion that ends in a removal would need ten seconds from the stop.
    await pause(Math.max(0, 12_000 - (performance.now() - stoppedAt)));
    await every(stations, seesAllAlive);
    await watch.end();

    const suspicions = watch.happenings.filter(({ type }) => type === 'member-suspected');
    const ofHealthy = suspicions.filter(({ at, member }) => at !== stopped.id && member !== stopped.id);
    const measured = {
      joinedMs, duringMs, backMs, agreedMs, polls: watch.polls, suspicions: suspicions.length, ofHealthy: ofHealthy.length,
    };
    process.stdout.write(`stall: ${JSON.stringify(measured, (_, value: unknown) => (typeof value === 'number' ? Math.round(value) : value))}\n`);
    expect(watch.faults).toEqual([]);
    expect(watch.happenings.filter(({ type }) => type === 'member-died' || type === 'member-left')).toEqual([]);
    expect(watch.polls).toBeGreaterThan(10 * daemonsCount);
    expect(await every(stations, seesAllAlive)).toBe(true);
    for (const { daemon } of stations) expect(daemon.err).toBe('');
  });
});
