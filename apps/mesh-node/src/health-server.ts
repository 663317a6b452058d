/**
 * `/health`: the loop runs. `/ready`: send work here. On loopback, without authentication; the Host header is checked, so that a
 * web page cannot read them through a name that it rebinds to loopback.
 */
import type { IncomingMessage, Server } from 'node:http';
import { isLoopbackHost } from './addresses.ts';
import { HttpError, closeServer, createHttpServer, listenOn, type Route } from './http-server.ts';
import type { Log } from './log.ts';
import { ProgramError, causeOf, codeOf } from './program-error.ts';

/** Whether the node is to be given work, and why not. */
export interface Readiness {
  readonly isReady: boolean;
  readonly reason: 'joined' | 'starting' | 'not listening' | 'no link' | 'stopping';
}

/** The two routes. */
export class HealthServer {
  readonly #server: Server;
  readonly #host: string;

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.#host = host;
  }

  /** Listens on `host:port`. Throws `address-in-use` where another program does. */
  static async listen(address: string, readiness: () => Readiness, log: Log): Promise<HealthServer> {
    const [, host = '', port] = /^(.+):(\d+)$/.exec(address) ?? [];
    const bare = host.replace(/^\[|\]$/g, '');
    const server = createHttpServer({ routes: routesOf(readiness), guard: refuseForeignHost, onError: (err) => log.error({ err }, 'health request failed') });
    try {
      await listenOn(server, { host: bare, port: Number(port) });
    } catch (error) {
      const isTaken = codeOf(error) === 'EADDRINUSE';
      throw new ProgramError(isTaken ? 'address-in-use' : 'start-failed', [
        isTaken
          ? `--http ${address} is in use by another program`
          : `cannot listen on --http ${address}: ${causeOf(error)}`,
      ], error);
    }
    return new HealthServer(server, host);
  }

  /** `host:port` with the real port. */
  get address(): string {
    const bound = this.#server.address();
    return `${this.#host}:${typeof bound === 'object' ? bound?.port : ''}`;
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }
}

function routesOf(readiness: () => Readiness): Route[] {
  return [
    { method: 'GET', pattern: /^\/health$/, answer: () => ({ status: 200, body: { status: 'ok' } }) },
    {
      method: 'GET',
      pattern: /^\/ready$/,
      answer: () => {
        const { isReady, reason } = readiness();
        return { status: isReady ? 200 : 503, body: { ready: isReady, reason } };
      },
    },
  ];
}

function refuseForeignHost({ headers }: IncomingMessage): HttpError | undefined {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  return isLoopbackHost(host) ? undefined : new HttpError(421, 'wrong-host', 'the Host header must name loopback');
}
