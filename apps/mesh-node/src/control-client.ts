/** Speaks to a running node through its control socket. Every call is one connection with a deadline. */
import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { MemberInfo, WriteReceipt } from '@murmuration/node';
import type {
  ControlDocument, ControlDocuments, ControlEvent, ControlFailure, ControlHash, ControlPeers, ControlRegisters, ControlStatus,
  DocumentWrite, RegisterView, RegisterWrite,
} from './control/control-api.ts';
import { causeOf } from './program-error.ts';

export type * from './control/control-api.ts';

/** A call failed. `code` is the node's own, or `unreachable`, `timeout`, `bad-answer`. */
export class ControlError extends Error {
  readonly code: string;
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;

  constructor(code: string, status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ControlError';
    this.code = code;
    this.status = status;
  }
}

/** More than a full status or a large document; a bound for a socket that is not what it seems. */
const answerBytesMax = 256 * 1024 * 1024;

/** Calls to one node. Each rejects with a `ControlError`. */
export class ControlClient {
  readonly #socketPath: string;
  readonly #timeoutMs: number;

  constructor(socketPath: string, timeoutMs = 10_000) {
    this.#socketPath = socketPath;
    this.#timeoutMs = timeoutMs;
  }

  status(): Promise<ControlStatus> {
    return this.#call('GET', '/v1/status');
  }

  async peers(): Promise<readonly MemberInfo[]> {
    return (await this.#call<ControlPeers>('GET', '/v1/peers')).peers;
  }

  hash(): Promise<ControlHash> {
    return this.#call('GET', '/v1/hash');
  }

  /** Registers in canonical order, all or those of an author or under a prefix. */
  async registers(query: { readonly author?: string; readonly prefix?: string } = {}): Promise<readonly RegisterView[]> {
    const parameters = new URLSearchParams(query).toString();
    return (await this.#call<ControlRegisters>('GET', `/v1/registers?${parameters}`)).registers;
  }

  /** Resolves once the write is on the node's disk. */
  write(write: RegisterWrite): Promise<WriteReceipt> {
    return this.#call('POST', '/v1/registers', write);
  }

  async documents(): Promise<readonly string[]> {
    return (await this.#call<ControlDocuments>('GET', '/v1/documents')).documents;
  }

  /** The content by root name; rejects with `not-found` where nobody has written it. */
  async document(name: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#call<ControlDocument>('GET', `/v1/documents/${encodeURIComponent(name)}`)).content;
  }

  writeDocument(name: string, write: DocumentWrite): Promise<WriteReceipt> {
    return this.#call('POST', `/v1/documents/${encodeURIComponent(name)}`, write);
  }

  /** Asks the node to leave the mesh in order and end. Resolves when it has begun. */
  async leave(): Promise<void> {
    await this.#call('POST', '/v1/leave');
  }

  /** Events from now on, until the node ends or the iteration is left. */
  async *events(): AsyncGenerator<ControlEvent, void, undefined> {
    const response = await this.#open('GET', '/v1/events');
    if (response.statusCode !== 200) throw failureOf(response, await readAll(response));
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) yield JSON.parse(line) as ControlEvent;
    } finally {
      response.destroy();
    }
  }

  async #call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const response = await this.#open(method, path, body);
    const text = await readAll(response);
    if ((response.statusCode ?? 0) >= 300) throw failureOf(response, text);
    try {
      return JSON.parse(text) as Answer;
    } catch (error) {
      throw new ControlError('bad-answer', response.statusCode ?? 0, 'the node answered with something that is not JSON', error);
    }
  }

  #open(method: 'GET' | 'POST', path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const content = body === undefined ? '' : JSON.stringify(body);
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) };
      const call = request({ socketPath: this.#socketPath, method, path, headers, agent: false }, (response) => {
        clearTimeout(deadline);
        resolve(response);
      });
      const deadline = setTimeout(() => {
        call.destroy(new ControlError('timeout', 0, `no answer for ${this.#timeoutMs} ms at ${this.#socketPath}`));
      }, this.#timeoutMs);
      call.once('error', (error) => {
        clearTimeout(deadline);
        reject(error instanceof ControlError ? error : unreachable(this.#socketPath, error));
      });
      call.end(content);
    });
  }
}

function unreachable(path: string, error: Error): ControlError {
  return new ControlError('unreachable', 0, `nobody answers at ${path}: ${causeOf(error)}`, error);
}

function failureOf(response: IncomingMessage, text: string): ControlError {
  const status = response.statusCode ?? 0;
  try {
    const { code, message } = (JSON.parse(text) as ControlFailure).error;
    return new ControlError(code, status, message);
  } catch (error) {
    return new ControlError('bad-answer', status, `the node answered with status ${status}`, error);
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > answerBytesMax) throw new ControlError('bad-answer', 0, `the answer has more than ${answerBytesMax} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ControlError ? error : new ControlError('unreachable', 0, `the answer broke off: ${causeOf(error as Error)}`, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}
