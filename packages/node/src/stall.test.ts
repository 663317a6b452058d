/** A real loop that stands still while answers wait in its sockets: they are read before anybody is judged (D12). */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startNode } from './libp2p.ts';
import type { StallOrder, StallReport } from './stalling-process.test.support.ts';

const program = new URL('./stalling-process.test.support.ts', import.meta.url);
const stalls = 5;
const patienceMs = 60_000;

async function reportOf(order: StallOrder): Promise<StallReport> {
  const child = fork(program, { execArgv: ['--conditions=source'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    child.send(order);
    const [report] = (await once(child, 'message')) as [StallReport];
    return report;
  } finally {
    child.kill('SIGKILL');
  }
}

describe('REG28: a node that stands still for 400 ms, each time while an answer waits in its socket', () => {
  it.each(['tcp', 'quic'] as const)('suspects nobody (%s)', async (wires) => {
    await using first = await startNode({ transport: { wires } });
    await using second = await startNode({ transport: { wires }, bootstrap: first.addresses });
    await using third = await startNode({ transport: { wires }, bootstrap: second.addresses });
    const report = await reportOf({ bootstrap: third.addresses, wires, stallMs: 400, stalls });
    expect(report).toMatchObject({ stalls, failed: 0, suspected: [] });
    expect(report.answered).toBeGreaterThanOrEqual(stalls);
    // It knows that it was not well.
    expect(report.worstHealth).toBeGreaterThan(0);
  }, patienceMs);
});
