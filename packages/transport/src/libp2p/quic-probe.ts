/**
 * Asks a QUIC listener for a sign of life without a handshake: a long-header packet of a version that nobody speaks
 * must be answered with Version Negotiation (RFC 9000, 6.1). That takes the socket, its thread and the endpoint, and
 * no key.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Versions of the pattern ?a?a?a?a are reserved to provoke exactly this answer (RFC 9000, 15). */
const reservedVersion = 0x1a2a_3a4a;
/** A server ignores smaller first packets (RFC 9000, 14.1). */
const packetBytes = 1_200;
const connectionIdBytes = 8;

/** Resolves true if the listener answers within `timeoutMs`. Never rejects. */
export function answersQuic(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    let isOver = false;
    const finish = (isAlive: boolean): void => {
      // The deadline and an answer that waited in the buffer can both come to a verdict.
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.removeAllListeners();
      // A refusal that arrives after the verdict changes nothing.
      socket.on('error', () => undefined);
      socket.close();
      resolve(isAlive);
    };
    // After a stall of our own loop an answer may wait in the buffer: one poll phase passes before the verdict (D12).
    const timer = setTimeout(() => setImmediate(() => setImmediate(finish, false)), timeoutMs);
    socket.once('message', (answer) => finish(isVersionNegotiation(answer)));
    socket.once('error', () => finish(false));
    socket.connect(port, host, () => socket.send(probePacket()));
  });
}

function probePacket(): Buffer {
  const packet = Buffer.alloc(packetBytes);
  packet[0] = 0xc0;
  packet.writeUInt32BE(reservedVersion, 1);
  packet[5] = connectionIdBytes;
  packet[6 + connectionIdBytes] = connectionIdBytes;
  return packet;
}

/** Long header, version 0. */
function isVersionNegotiation(answer: Buffer): boolean {
  return answer.length >= 7 && ((answer[0] ?? 0) & 0x80) !== 0 && answer.readUInt32BE(1) === 0;
}
