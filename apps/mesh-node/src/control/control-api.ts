/** What a running node answers on its control socket: the shapes, shared by the server and the client. */
import type { MemberInfo, NodeEvent, NodeStatus, WriteReceipt } from '@murmuration/node';
import type { TopicBridgeHealth } from '@murmuration/node/gossipsub';

/** `GET /v1/status`. */
export interface ControlStatus extends NodeStatus {
  /** `host:port` of /health and /ready. */
  readonly http: string;
  readonly pid: number;
  readonly version: string;
  /** The bridge to gossipsub, if topics are shared. */
  readonly gossipsub?: TopicBridgeHealth;
}

/** `GET /v1/peers`. */
export interface ControlPeers {
  readonly peers: readonly MemberInfo[];
}

/** One register; its value in base64, and as text where it is valid UTF-8. */
export interface RegisterView {
  readonly author: string;
  readonly key: string;
  readonly value: string;
  readonly text?: string;
}

/** `GET /v1/registers?author=&prefix=`. */
export interface ControlRegisters {
  readonly registers: readonly RegisterView[];
}

/** `POST /v1/registers`: all of `set` in one batch, then the deletions. */
export interface RegisterWrite {
  readonly set?: Readonly<Record<string, string>>;
  readonly delete?: readonly string[];
}

/** `POST /v1/documents/<name>`: keys of the root map `map`, values at the end of the root list `list`, in one transaction. */
export interface DocumentWrite {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly append?: readonly unknown[];
}

/** Answer to a write: on this node's disk, on its way to the others. */
export type { WriteReceipt };

/** `GET /v1/documents`. */
export interface ControlDocuments {
  readonly documents: readonly string[];
}

/** `GET /v1/documents/<name>`. */
export interface ControlDocument {
  readonly name: string;
  /** Root name to value. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** `GET /v1/hash`. */
export interface ControlHash {
  readonly stateHash: string;
  readonly isConverged: boolean;
}

/** A line of `GET /v1/events`: an event whose bytes are in base64, and text where they are valid UTF-8. */
export type ControlEvent = {
  [Event in NodeEvent as Event['type']]:
    Event extends { readonly value: Uint8Array }
      ? Omit<Event, 'value'> & { readonly value: string; readonly text?: string }
      : Event
}[NodeEvent['type']];

/** Every refusal. */
export interface ControlFailure {
  readonly error: { readonly code: string; readonly message: string };
}
