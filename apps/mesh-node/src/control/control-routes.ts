/** The routes of the control socket, each a few words of the node's public interface. */
import type { MeshNode, WriteReceipt } from '@murmuration/node';
import type { TopicBridge } from '@murmuration/node/gossipsub';
import { publicKeyOfPeerId, type PeerId } from '@murmuration/protocol';
import { HttpError, type Answer, type Route } from '../http-server.ts';
import type {
  ControlDocument, ControlDocuments, ControlHash, ControlPeers, ControlRegisters, ControlStatus,
} from './control-api.ts';
import type { EventStreams } from './event-streams.ts';
import { registerView } from './json-view.ts';

/** What the routes need beside the node. */
export interface ControlContext {
  readonly node: MeshNode;
  /** To gossipsub, if topics are shared. */
  readonly bridge: TopicBridge | undefined;
  /** What the daemon adds to the node's status. */
  readonly daemon: Pick<ControlStatus, 'http' | 'pid' | 'version'>;
  readonly streams: EventStreams;
  /** Starts the orderly end. */
  leave(): void;
}

/** All routes. */
export function controlRoutes({ node, bridge, daemon, streams, leave }: ControlContext): Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/v1\/status$/,
      answer: () => found<ControlStatus>({ ...node.status(), ...daemon, ...(bridge && { gossipsub: bridge.health() }) }),
    },
    { method: 'GET', pattern: /^\/v1\/peers$/, answer: () => found<ControlPeers>({ peers: node.members() }) },
    { method: 'GET', pattern: /^\/v1\/hash$/, answer: () => found<ControlHash>(hashOf(node)) },
    { method: 'GET', pattern: /^\/v1\/registers$/, answer: ({ url }) => readRegisters(node, url.searchParams) },
    { method: 'POST', pattern: /^\/v1\/registers$/, answer: async ({ readBody }) => writeRegisters(node, await readBody()) },
    { method: 'GET', pattern: /^\/v1\/documents$/, answer: () => found<ControlDocuments>({ documents: node.documents() }) },
    { method: 'GET', pattern: /^\/v1\/documents\/([^/]+)$/, answer: ({ parts: [name = ''] }) => readDocument(node, name) },
    {
      method: 'POST',
      pattern: /^\/v1\/documents\/([^/]+)$/,
      answer: async ({ parts: [name = ''], readBody }) => writeDocument(node, name, await readBody()),
    },
    { method: 'GET', pattern: /^\/v1\/events$/, answer: ({ response }) => streams.serve(node.events(), response) },
    {
      method: 'POST',
      pattern: /^\/v1\/leave$/,
      answer: () => {
        leave();
        return { status: 202, body: { leaving: true } };
      },
    },
  ];
}

function found<Body>(body: Body): Answer {
  return { status: 200, body };
}

function hashOf(node: MeshNode): ControlHash {
  return { stateHash: node.stateHash(), isConverged: node.status().isConverged };
}

function readRegisters(node: MeshNode, query: URLSearchParams): Answer {
  const author = query.get('author');
  const keyPrefix = query.get('prefix');
  if (author !== null && publicKeyOfPeerId(author) === undefined) throw badRequest('author is not an identity');
  const entries = node.registers({
    ...(author === null ? {} : { author: author as PeerId }),
    ...(keyPrefix === null ? {} : { keyPrefix }),
  });
  return found<ControlRegisters>({ registers: entries.map(registerView) });
}

async function writeRegisters(node: MeshNode, body: Readonly<Record<string, unknown>>): Promise<Answer> {
  onlyKeys(body, ['set', 'delete']);
  const entries = Object.entries(objectOf(body, 'set'));
  const deletions = listOf(body, 'delete');
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw badRequest('set must give a text to every key');
  }
  if (!deletions.every((key) => typeof key === 'string')) throw badRequest('delete must be a list of keys');
  // Asked for in one turn, all of it shares a batch and a sync.
  const writes = deletions.map((key) => node.delete(key));
  if (entries.length > 0) writes.unshift(node.setAll(entries));
  const receipt = (await Promise.all(writes)).at(-1);
  if (receipt === undefined) throw badRequest('nothing to write: give set or delete');
  return found<WriteReceipt>(receipt);
}

function readDocument(node: MeshNode, name: string): Answer {
  const content = node.readDocument(name);
  if (content === undefined) throw new HttpError(404, 'not-found', 'nobody has written this document');
  return found<ControlDocument>({ name, content });
}

async function writeDocument(node: MeshNode, name: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
  onlyKeys(body, ['set', 'append']);
  const entries = Object.entries(objectOf(body, 'set'));
  const values = listOf(body, 'append');
  if (entries.length + values.length === 0) throw badRequest('nothing to write: give set or append');
  return found<WriteReceipt>(await node.editDocument(name, (document) => {
    const map = document.getMap('map');
    for (const [key, value] of entries) map.set(key, value);
    if (values.length > 0) document.getArray('list').push([...values]);
  }));
}

function onlyKeys(body: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw badRequest(`the body has an unknown key: it may hold ${known.join(' and ')}`);
}

function objectOf(body: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = body[key] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`${key} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

function listOf(body: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const value = body[key] ?? [];
  if (!Array.isArray(value)) throw badRequest(`${key} must be a list`);
  return value;
}

function badRequest(message: string): HttpError {
  return new HttpError(400, 'bad-request', message);
}
