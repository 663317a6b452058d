import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from './command-line.ts';
import type { Terminal } from './terminal.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mesh-cli-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const run = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    environment: { MESH_HOME: home },
    folder: home,
    isTerminal: false,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  };
  return { code: await runCommandLine(words, terminal), out, err };
};

describe('the program', () => {
  it('answers with 0 and prints to the standard output', async () => {
    expect(await run('version')).toEqual({ code: 0, out: expect.stringMatching(/^mesh-node \d+\.\d+\.\d+ \(protocol \d+, Node /), err: '' });
    expect((await run('--help')).out).toContain('Usage: mesh-node <verb> [flags]');
  });

  it('answers with 2 to a wrong call, in one line', async () => {
    expect(await run('statsu')).toEqual({
      code: 2, out: '', err: 'mesh-node: unknown verb statsu (did you mean status?); verbs: start, status, peers, version, help\n',
    });
    expect(await run('start', '--http', 'everywhere:1')).toMatchObject({ code: 2, err: expect.stringMatching(/^mesh-node: --http [^\n]*\n$/) });
  });

  it('answers with 1 when nobody runs, in one line', async () => {
    expect(await run('status')).toEqual({
      code: 1, out: '', err: `mesh-node: no node is running under ${home}: start one with mesh-node start\n`,
    });
    expect((await run('peers', '--name', 'paris')).err).toContain('paris is not running');
  });

  it('gives programs one object, failures included', async () => {
    expect(JSON.parse((await run('version', '--json')).out)).toMatchObject({ protocolVersion: 3 });
    const { code, out } = await run('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'not-running' } });
  });

  it('escapes control characters of the caller in its complaints', async () => {
    expect((await run('\u001b[2J')).err).not.toContain('\u001b');
  });
});
