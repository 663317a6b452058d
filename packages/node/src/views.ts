/** What a node shows of itself and of the mesh: plain data, safe to print as JSON. */
import type { MemberState, PeerId } from '@murmuration/protocol';
import type { LinkTransport, ListenerHealth } from '@murmuration/transport';

/** One member as this node sees it. */
export interface MemberInfo {
  readonly id: PeerId;
  /** As the member tells it; empty until its first registers have arrived. */
  readonly name: string;
  readonly region: string;
  readonly state: MemberState;
  readonly epoch: number;
  readonly incarnation: number;
  readonly isSelf: boolean;
  /** The live link to it, if there is one. */
  readonly link?: { readonly transport: LinkTransport; readonly direction: 'inbound' | 'outbound'; readonly remoteAddress: string };
  readonly addresses: readonly string[];
}

/** One register. */
export interface RegisterEntry {
  readonly author: PeerId;
  readonly key: string;
  readonly value: Uint8Array;
}

/** A write that is safe on this node's disk and on its way to the others. */
export interface WriteReceipt {
  readonly epoch: number;
  /** Sequence of the last update of the write. */
  readonly sequence: number;
}

/** Messages on topics, since the start. */
export interface MessageCounts {
  readonly sent: number;
  /** Of others, whether anybody here follows their topics or not. */
  readonly received: number;
  /** Batches kept for those who missed them, and what they cost in memory. */
  readonly keptBatches: number;
  readonly keptBytes: number;
}

/** Everything that `mesh-node status` prints. */
export interface NodeStatus {
  readonly id: PeerId;
  readonly name: string;
  readonly region: string;
  readonly networkId: string;
  /** True if the network has no key: whoever can connect is a member. */
  readonly isOpenNetwork: boolean;
  readonly protocolVersion: number;
  readonly signatureScheme: string;
  readonly epoch: number;
  readonly uptimeMs: number;
  readonly addresses: readonly string[];
  readonly listeners: readonly ListenerHealth[];
  readonly members: Readonly<Record<MemberState, number>>;
  /** To neighbors. */
  readonly links: Readonly<Record<LinkTransport, number>>;
  /** Links that carry direct messages alone, to and from members that are no neighbors. */
  readonly visits: number;
  readonly registers: number;
  readonly documents: number;
  readonly batches: number;
  readonly messages: MessageCounts;
  /** SHA-256 of the canonical state, hex: equal on two nodes that know the same. */
  readonly stateHash: string;
  /** True if every neighbor has told the same digest as ours since it last changed. */
  readonly isConverged: boolean;
  /** What was turned away or left out, by reason: offences, ignored batches, refused connections, dropped events, skipped messages. */
  readonly counters: Readonly<Record<string, number>>;
}
