import { memoryNetwork } from '@murmuration/transport/memory';
import { createMeshNode } from '@murmuration/node';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logOptions } from '../log.ts';
import { logEvents, withoutPorts } from './event-log.ts';

describe('a refusal', () => {
  it('is the same from every port of a host', () => {
    expect(withoutPorts('/ip4/10.0.0.1/udp/41234/quic-v1 belongs to another network')).toBe(
      '/ip4/10.0.0.1/udp/*/quic-v1 belongs to another network',
    );
    expect(withoutPorts('handshake-failed: 10.0.0.1:512 closed')).toBe('handshake-failed: 10.0.0.1:* closed');
  });
});

describe('an event of the node', () => {
  it('becomes a log line without the value of the register', async () => {
    const lines: Record<string, unknown>[] = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const network = memoryNetwork();
    await using node = await createMeshNode({ transport: ({ peer, publicKey }) => network.transport({ peer, publicKey }) });
    const end = logEvents(node, pino(logOptions('debug', 'node-1'), stream));
    await node.set('plan', 'a secret of the application');
    end();
    await node.set('plan', 'not heard any more');
    expect(lines).toEqual([{
      level: 'debug', time: expect.any(String), node: 'node-1', author: node.id, register: 'plan', msg: 'register changed',
    }]);
  });
});
