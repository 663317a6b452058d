/** Our nodes as a swarm: the daemon's code with its defaults, but for the number of links, which both systems share. */
import type { MeshNode } from '@murmuration/node';
import { Fleet } from '../fleet/fleet.ts';
import type { Arrivals, Swarm, Wire } from './swarm.ts';

const topic = 'bench';

export class MeshSwarm implements Swarm {
  readonly count: number;
  readonly #fleet: Fleet;

  constructor(count: number, wire: Wire, links: number, seed: number) {
    this.count = count;
    this.#fleet = new Fleet({ count, wire, neighborsMax: links, membersMax: 512, seed });
  }

  join(): Promise<void> {
    return this.#fleet.join();
  }

  publish(node: number, payload: Uint8Array): Promise<void> {
    return (this.#fleet.nodes[node] as MeshNode).broadcast(topic, payload);
  }

  onDelivery(listener: (node: number, payload: Uint8Array) => void): void {
    this.#fleet.nodes.forEach((node, index) => node.on('message', ({ payload }) => listener(index, payload)));
  }

  /** In batches: messages that are said in one moment travel as one. */
  arrivals(): Arrivals {
    const { deliveries, duplicates } = this.#fleet.tally.totals();
    return { first: deliveries, all: deliveries + duplicates };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#fleet[Symbol.asyncDispose]();
  }
}
