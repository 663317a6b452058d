/** A small HTTP server with every limit set: routes, JSON answers, errors as `{"error":{"code","message"}}`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { codeOf } from './program-error.ts';

/** One request as a route sees it. */
export interface Call {
  readonly url: URL;
  /** What the groups of the route's pattern matched, decoded. */
  readonly parts: readonly string[];
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The body as a JSON object, `{}` if there is none. */
  readBody(): Promise<Readonly<Record<string, unknown>>>;
}

/** An answer, or `streamed` when the route wrote the response itself. */
export type Answer = { readonly status: number; readonly body: unknown } | 'streamed';

/** A method and a path with what answers it. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly pattern: RegExp;
  answer(call: Call): Answer | Promise<Answer>;
}

/** A refusal with its status. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
  }
}

/** How a server answers beside its routes. */
export interface HttpServerOptions {
  readonly routes: readonly Route[];
  /** Turns requests away before any route sees them. */
  readonly guard?: (request: IncomingMessage) => HttpError | undefined;
  /** The refusal that stands for an error of a route; undefined if it is a bug of ours. */
  readonly refusalOf?: (error: unknown) => HttpError | undefined;
  /** Hears errors that no refusal stands for. */
  readonly onError: (error: unknown) => void;
}

/** Registers and documents of one write. Larger ones are written in parts. */
export const bodyBytesMax: number = 1024 * 1024;
/** Local people and programs, not the world. */
const connectionsMax = 64;

/** A server that is not listening yet. */
export function createHttpServer(options: HttpServerOptions): Server {
  const server = createServer({
    maxHeaderSize: 8 * 1024,
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
  }, (request, response) => void serve(options, request, response));
  server.maxConnections = connectionsMax;
  return server;
}

/** Where a server is to listen. */
export type HttpTarget = { readonly path: string } | { readonly host: string; readonly port: number };

/** Resolves once the server listens; rejects with the error of the system. */
export function listenOn(server: Server, target: HttpTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(target, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Stops listening. Answers under way have `graceMs` to end. */
export function closeServer(server: Server, graceMs = 500): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function serve(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const refusal = options.guard?.(request);
    if (refusal !== undefined) throw refusal;
    const answer = await route(options.routes, request, response);
    if (answer !== 'streamed') send(response, answer.status, answer.body);
  } catch (error) {
    const refusal = error instanceof HttpError ? error : options.refusalOf?.(error);
    if (refusal === undefined) options.onError(error);
    if (response.headersSent || response.destroyed) return void response.destroy();
    const { status, code, message } = refusal ?? new HttpError(500, 'internal', 'the request failed: see the log');
    // What is left of a refused body is not read.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, status, { error: { code, message } });
  }
}

function route(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Answer | Promise<Answer> {
  const url = URL.parse(request.url ?? '', 'http://node.local');
  if (url === null) throw new HttpError(400, 'bad-request', 'the path cannot be read');
  const matching = routes.filter(({ pattern }) => pattern.test(url.pathname));
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = matching.find((candidate) => candidate.method === method);
  if (matching.length === 0) throw new HttpError(404, 'not-found', `nothing answers at ${url.pathname}`);
  if (found === undefined) throw new HttpError(405, 'method-not-allowed', `${request.method} is not for ${url.pathname}`);
  const parts = (found.pattern.exec(url.pathname) ?? []).slice(1).map(decode);
  return found.answer({ url, parts, request, response, readBody: () => readJson(request) });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, 'bad-request', 'the path cannot be read');
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request);
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    throw new HttpError(400, 'bad-json', 'the body is not JSON');
  }
  throw new HttpError(400, 'bad-json', 'the body must be a JSON object');
}

async function readText(request: IncomingMessage): Promise<string> {
  const tooLarge = new HttpError(413, 'body-too-large', `the body has more than ${bodyBytesMax} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    if (codeOf(error) === 'ECONNRESET') throw new HttpError(400, 'bad-request', 'the body ended early');
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}
