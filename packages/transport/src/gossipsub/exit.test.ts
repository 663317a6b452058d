import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { killed } from '../libp2p/distant-peer.test.support.ts';
import { plain, topic, until } from './plain.test.support.ts';

const program = new URL('./bridge-process.test.support.ts', import.meta.url);

test.each(['quic', 'tcp'] as const)('a process that stops its bridge ends by itself, over %s', async (wire) => {
  const peer = await plain(wire);
  const args = [peer.addresses[0] ?? '', topic];
  const execArgv = ['--conditions=source'];
  const child = fork(program, args, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // The channel would keep neither of the two alive.
  child.channel?.unref();
  try {
    await until('it has come', () => peer.pubsub.getSubscribers(topic).length === 1);
    const gone = once(child, 'exit');
    await peer.say('stop');
    const deadline = setTimeout(() => child.kill('SIGKILL'), 8_000);
    expect(await gone).toEqual([0, null]);
    clearTimeout(deadline);
  } finally {
    await killed(child);
    await peer.stop();
  }
});
