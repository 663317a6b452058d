/** The control socket: who can open it (mode 0600, in a folder 0700) is the operator, so there is no other authentication. */
import { chmodSync } from 'node:fs';
import type { Server } from 'node:http';
import { MeshError } from '@murmuration/protocol';
import { HttpError, closeServer, createHttpServer, listenOn } from '../http-server.ts';
import type { Log } from '../log.ts';
import { removeFile } from '../private-file.ts';
import { controlRoutes, type ControlContext } from './control-routes.ts';
import { EventStreams } from './event-streams.ts';

/** The server of one node. */
export class ControlServer {
  readonly #server: Server;
  readonly #streams: EventStreams;

  private constructor(server: Server, streams: EventStreams) {
    this.#server = server;
    this.#streams = streams;
  }

  /** Listens on the path. A socket that a killed process left there is removed: the caller holds the node's lock. */
  static async listen(path: string, context: Omit<ControlContext, 'streams'>, log: Log): Promise<ControlServer> {
    const streams = new EventStreams();
    const server = createHttpServer({
      routes: controlRoutes({ ...context, streams }),
      refusalOf,
      onError: (err) => log.error({ err }, 'control request failed'),
    });
    removeFile(path);
    await listenOn(server, { path });
    chmodSync(path, 0o600);
    return new ControlServer(server, streams);
  }

  /** Ends the event streams, lets answers under way finish, removes the socket. */
  async close(): Promise<void> {
    this.#streams.close();
    await closeServer(this.#server);
  }
}

/** Statuses of what is not the caller's fault. */
const statuses: Readonly<Record<string, number>> = { closed: 503, 'storage-failed': 500, 'identity-cloned': 409 };

/** What the node refuses is answered with its code and its sentence. */
function refusalOf(error: unknown): HttpError | undefined {
  if (!(error instanceof MeshError)) return undefined;
  const code = String(error.code);
  return new HttpError(statuses[code] ?? 422, code, error.message);
}
