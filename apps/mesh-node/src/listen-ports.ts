/**
 * Port 0 means "any, but the same next time": who restarts a node finds it where it was. A port is chosen once, written down,
 * and used again while nobody else has taken it.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { formatAddress, parseAddress, type ListenAddress } from './addresses.ts';
import { replaceFile } from './private-file.ts';

/** Addresses with their ports. */
export interface ChosenPorts {
  readonly listen: readonly string[];
  /** True if a port was ours to choose: then a collision is answered by another choice, not by an error. */
  readonly isOurChoice: boolean;
}

/** Port by the address as the operator wrote it. */
type Ports = Readonly<Record<string, number>>;

/** Gives every address with port 0 a port that is free now, the one of `file` if it is. Writes the choice to `file`. */
export async function chooseListenPorts(listen: readonly string[], file: string): Promise<ChosenPorts> {
  const known = readPorts(file);
  const ports: Record<string, number> = {};
  const chosen: string[] = [];
  for (const text of listen) {
    const address = parseAddress(text);
    const isOpen = address?.port === 0 && (address.hostKind === 'ip4' || address.hostKind === 'ip6');
    if (address === undefined || !isOpen) {
      chosen.push(text);
      continue;
    }
    const port = await freePort(address, known[text]);
    ports[text] = port;
    chosen.push(formatAddress({ ...address, port }));
  }
  const isOurChoice = Object.keys(ports).length > 0;
  if (isOurChoice) replaceFile(file, `${JSON.stringify(ports)}\n`);
  return { listen: chosen, isOurChoice };
}

function readPorts(file: string): Ports {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? content as Ports : {};
  } catch {
    // The first start, or a file that is not whole: another port is no loss.
    return {};
  }
}

async function freePort(address: ListenAddress, wanted: number | undefined): Promise<number> {
  const isPort = typeof wanted === 'number' && Number.isInteger(wanted) && wanted > 0 && wanted <= 65_535;
  const again = isPort ? await bind(address, wanted) : undefined;
  // Port 0 stays open for the transport where not even a choice of the system can be bound, and it tells why.
  return again ?? await bind(address, 0) ?? 0;
}

/** Binds and lets go. The port that it had, or undefined if it is taken. */
function bind({ host, hostKind, wire }: ListenAddress, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    if (wire === 'tcp') {
      const server = createServer().once('error', () => resolve(undefined));
      server.listen({ host, port, exclusive: true }, () => {
        const bound = server.address();
        server.close(() => resolve(typeof bound === 'object' ? bound?.port : undefined));
      });
    } else {
      const socket = createSocket(hostKind === 'ip6' ? 'udp6' : 'udp4').once('error', () => {
        socket.close();
        resolve(undefined);
      });
      socket.bind({ address: host, port, exclusive: true }, () => {
        const bound = socket.address().port;
        socket.close(() => resolve(bound));
      });
    }
  });
}
