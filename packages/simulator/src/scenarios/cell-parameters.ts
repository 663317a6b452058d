/** What scenarios in cells have in common: their parameters, and the sizes of their nodes. */
import type { MeshOptionsInput } from '@murmuration/mesh';
import type { CellPlan } from '../events/run.ts';
import type { WorldOptions } from '../events/world.ts';
import type { Parameter, ParameterValues } from '../scenario.ts';

/** Members of a cell at its ordinary size (D8). */
const cellMax = 256;
/** Of 16 links a view seeks twelve by itself and takes more; a finished join leaves about fourteen (cell.test.ts). */
const neighborsMax = 16;
const linksPerPeer = 14;
/** Half as many again as a view keeps: who is turned away was heard first. A cell that starts warm has no crowd at its contacts. */
const linksMax = 24;

export const cellParameters: Readonly<Record<'nodes' | 'loss' | 'paths' | 'latencyMin' | 'latencyMax', Parameter>> = {
  nodes: { kind: 'integer', default: 10_000, min: 2, max: 16_777_216, help: 'Nodes, in cells of at most 256' },
  loss: { kind: 'share', default: 0, min: 0, max: 0.5, help: 'Share of packets lost, each way' },
  paths: {
    kind: 'choice', default: 'stream', choices: ['stream', 'datagram'],
    help: 'What loss does: it delays what follows on the stream, as on the links of a daemon, or it takes the message for good',
  },
  latencyMin: { kind: 'duration', default: 10, min: 1, max: 10_000, help: 'One way on the shortest path' },
  latencyMax: { kind: 'duration', default: 100, min: 1, max: 10_000, help: 'One way on the longest path' },
};

/** An edge node knows its neighborhood, and costs 2 KiB at most (bench/memory). */
export const edgeSizes: MeshOptionsInput = {
  peerRegistry: { membersMax: 48, neighborsMax, connectsPerLookMax: 8, passiveMax: 24, samplerSlots: 24, relaysMax: 4 },
  gossip: { logsMax: 16, outboxMax: 12, linksMax: 16, missingMax: 2 },
  byzantine: { bansMax: 4 },
};

/** A member of a cell knows all of it (D8), and follows a log for each write of a run. */
export const memberSizes: MeshOptionsInput = {
  peerRegistry: { membersMax: cellMax, neighborsMax, connectsPerLookMax: 8 },
  gossip: { logsMax: 256, outboxMax: 64, linksMax: 16, missingMax: 16 },
};

type Shared = Pick<CellPlan, 'linksPerPeer' | 'membersPerPeer'> & { readonly world: CellPlan['world'] };

/** The world that the shared parameters ask for. */
export function cellWorld(values: ParameterValues, sizes: MeshOptionsInput, more: Partial<WorldOptions> = {}): Shared {
  const number = (name: keyof typeof cellParameters): number => values[name] as number;
  const latencyMinMs = number('latencyMin');
  return {
    linksPerPeer,
    membersPerPeer: sizes.peerRegistry?.membersMax ?? cellMax,
    world: {
      nodes: number('nodes'), cellMax, linksMax, options: sizes,
      paths: {
        kind: values['paths'] as 'stream' | 'datagram', loss: number('loss'),
        latencyMinMs, latencyMaxMs: Math.max(latencyMinMs, number('latencyMax')),
      },
      ...more,
    },
  };
}
