/** Starts distant peers, and does to their processes what the suite asks for. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { DistantPeer, Identity, Limits } from '../conformance.ts';
import type { Order, Reply } from './distant-process.test.support.ts';
import type { Wire } from './addresses.ts';

const program = new URL('./distant-process.test.support.ts', import.meta.url);

/** A distant peer and its process. */
export interface DistantProcess extends DistantPeer {
  readonly child: ChildProcess;
  order(order: Order): Promise<Reply>;
}

/** Starts a process with a listening transport. */
export async function startDistant(as: Identity, wires: 'both' | Wire, limits: Limits): Promise<DistantProcess> {
  const child = fork(program, { execArgv: ['--conditions=source'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const order = async (what: Order): Promise<Reply> => {
    child.send(what);
    const [reply] = (await once(child, 'message')) as [Reply];
    if ('error' in reply) throw new Error(`distant peer: ${reply.error}`);
    return reply;
  };
  const secretKey = Buffer.from(as.secretKey).toString('hex');
  const reply = await order({ type: 'start', secretKey, options: { wires, ...limits } });
  return {
    child,
    order,
    peer: as.peer,
    addresses: 'addresses' in reply ? reply.addresses : [],
    dial: async (addresses) => void (await order({ type: 'dial', addresses })),
    freeze: async () => void child.kill('SIGSTOP'),
    kill: () => killed(child),
  };
}

/** Resolves when the process is gone. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
