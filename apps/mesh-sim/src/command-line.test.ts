import type { RunResult } from '@murmuration/simulator';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SweepRow } from './sweep.ts';
import { RememberingTerminal } from './terminal.test.support.ts';

describe('a wrong call is a line for each mistake, and exit code 2', () => {
  it.each([
    ['', 'no verb given: try mesh-sim --help'],
    ['rum epidemic', 'unknown verb rum (did you mean run?); verbs: run, sweep, seeds, compare, replay, list, help'],
    ['run epidemick', 'unknown scenario epidemick (did you mean epidemic?); there are:'],
    ['run', 'run which scenario? There are:'],
    ['run epidemic --nodes 0', '--nodes must be an integer from 2 to 16777216, not 0'],
    ['run epidemic --loss 2', '--loss must be a share from 0 to 0.99, not 2'],
    ['run epidemic --mode pul', '--mode must be one of push, pull, push-pull, not pul (did you mean pull?)'],
    ['run epidemic --workers 33', '--workers must be an integer from 1 to 32, not 33'],
    ['run epidemic --fan 3', 'unknown flag --fan (did you mean --fanout?); see mesh-sim run epidemic --help'],
    ['run epidemic --nodes', '--nodes needs a value: --nodes N'],
    ['run epidemic --nodes --json', '--nodes needs a value: --nodes N'],
    ['run epidemic --json=yes', '--json takes no value'],
    ['run epidemic --seed 1 --seed 2', '--seed is given twice'],
    ['run epidemic 1000', 'unexpected argument 1000'],
    ['run epidemic --json --csv', '--json and --csv exclude each other'],
    ['run epidemic --report nowhere/out.html', '--report nowhere/out.html cannot be written: no such file or directory'],
    ['sweep epidemic --nodes 1000,x', '--nodes must be an integer from 2 to 16777216, not x'],
    ['sweep epidemic --seeds 10000 --fanout 1,2', 'a sweep of 20000 runs: at most 10000'],
    ['compare one.json', 'compare takes two files: mesh-sim compare before.json after.json'],
    ['compare one.json two.json', 'one.json cannot be read: no such file or directory'],
    ['replay', 'replay takes a file or a line'],
    ['list all', 'unexpected argument all'],
  ])('%s', async (line, mistake) => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run(line)).toBe(2);
    expect(terminal.told.startsWith(`mesh-sim: ${mistake}`), terminal.told).toBe(true);
    expect(terminal.told.trimEnd().split('\n').length).toBe(1);
    expect(terminal.written).toBe('');
  });

  it('all mistakes are told at once', async () => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run('run epidemic --nodes 0 --loss 2 --speed 5')).toBe(2);
    expect(terminal.told.trimEnd().split('\n').length).toBe(3);
  });

  it('a run that needs more memory than there is does not start', async () => {
    using terminal = new RememberingTerminal();
    terminal.availableBytes = 300 * 1024 * 1024;
    expect(await terminal.run('run epidemic --nodes 16000000')).toBe(2);
    expect(terminal.told).toMatch(/^mesh-sim: too little memory: epidemic with --nodes 16000000 needs about [\d.]+ GiB, and 300.0 MiB are free; take fewer nodes\n$/);
    expect(await terminal.run('run epidemic --nodes 1000')).toBe(0);
  });
});

describe('run', () => {
  it('prints a summary, and nothing else, into a pipe', async () => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run('run epidemic --nodes 1_000 --seed 7')).toBe(0);
    expect(terminal.told).toBe('');
    for (const word of ['epidemic, 1,000 nodes, seed 7, 1 worker', 'all know after', 'state hash', 'ok    all-know', 'not the daemon\'s', 'mesh-sim run epidemic --nodes 1000 ']) {
      expect(terminal.written).toContain(word);
    }
  });

  it('prints one object on its last line with --json, which is the same for any number of workers', async () => {
    using terminal = new RememberingTerminal();
    await terminal.run('run epidemic --nodes 2000 --loss 0.1 --json');
    const alone = terminal.json<RunResult>();
    await terminal.run('run epidemic --nodes 2000 --loss 0.1 --json --workers 2');
    const both = terminal.json<RunResult>();
    expect(both.workers).toBe(2);
    expect(both.stateHash).toBe(alone.stateHash);
    expect(both.curve).toEqual(alone.curve);
    expect(alone.options).toEqual({ nodes: 2_000, mode: 'push-pull', fanout: 1, loss: 0.1, silent: 0, roundsMax: 200 });
  });

  it('prints a row for each point of the curve with --csv', async () => {
    using terminal = new RememberingTerminal();
    await terminal.run('run epidemic --nodes 100 --csv');
    const [heading, first, ...rest] = terminal.written.trimEnd().split('\n');
    expect(heading).toBe('scenario,seed,nodes,round,informed,expected');
    expect(first?.startsWith('epidemic,1,100,0,0.01,0.01')).toBe(true);
    expect(rest.at(-1)).toMatch(/^epidemic,1,100,\d+,1,/);
  });

  it('fails with exit code 1 where a verdict does not hold, and still reports', async () => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run('run epidemic --nodes 1000 --rounds-max 3 --report out.html')).toBe(1);
    expect(terminal.written).toContain('FAIL  all-know');
    expect(readFileSync(join(terminal.folder, 'out.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(terminal.told).toBe('report written to out.html\n');
  });

  it('on a terminal shows a line of progress and wipes it', async () => {
    using terminal = new RememberingTerminal();
    terminal.isTerminal = true;
    await terminal.run('run epidemic --nodes 1000');
    expect(terminal.told).toMatch(/epidemic {2}\d+ % {2}round \d+ {2}[\d.]+ % know {2}[\d.]+ [Mk]? ?events\/s {2}[\d.]+ MiB/);
    expect(terminal.told.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('cut short by Ctrl-C leaves a partial report and exit code 130', async () => {
    using terminal = new RememberingTerminal();
    terminal.isImpatient = true;
    expect(await terminal.run('run epidemic --nodes 1000 --json')).toBe(130);
    expect(terminal.json<RunResult>()).toMatchObject({ complete: false, verdicts: [] });
    expect(await terminal.run('run epidemic --nodes 1000')).toBe(130);
    expect(terminal.written).toContain('CUT SHORT');
  });
});

describe('sweep', () => {
  it('runs every combination with every seed, a row each', async () => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run('sweep epidemic --nodes 100,200 --mode push,pull --seeds 3 --json')).toBe(0);
    const { rows, complete } = terminal.json<{ rows: SweepRow[]; complete: boolean }>();
    expect(complete).toBe(true);
    expect(rows.map(({ options, runs }) => [options['nodes'], options['mode'], runs])).toEqual([[100, 'push', 3], [100, 'pull', 3], [200, 'push', 3], [200, 'pull', 3]]);
    for (const { allKnowAfter } of rows) {
      expect(allKnowAfter!.least).toBeLessThanOrEqual(allKnowAfter!.mean);
      expect(allKnowAfter!.mean).toBeLessThanOrEqual(allKnowAfter!.most);
    }
  });

  it('names the command of every run whose verdict does not hold', async () => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run('sweep epidemic --nodes 1000 --seeds 2 --rounds-max 2')).toBe(1);
    expect(terminal.written.match(/mesh-sim run epidemic --nodes 1000 .* --seed [12] --workers 1/g)?.length).toBe(2);
  });

  it('cut short tells what it has', async () => {
    using terminal = new RememberingTerminal();
    terminal.isImpatient = true;
    expect(await terminal.run('sweep epidemic --nodes 1000,2000 --seeds 4 --json')).toBe(130);
    expect(terminal.json<{ rows: SweepRow[] }>().rows.map(({ runs }) => runs)).toEqual([0]);
  });
});

describe('compare and replay', () => {
  it('a run replayed from its result ends in the same state, and another state is a failure', async () => {
    using terminal = new RememberingTerminal();
    await terminal.run('run epidemic --nodes 500 --seed 9 --json');
    const before = terminal.json<RunResult>();
    const path = join(terminal.folder, 'before.json');
    writeFileSync(path, terminal.written);
    expect(await terminal.run('replay before.json --json')).toBe(0);
    expect(terminal.json<RunResult>().stateHash).toBe(before.stateHash);
    expect(await terminal.run(`replay ${before.replay}`)).toBe(0);
    writeFileSync(path, JSON.stringify({ ...before, stateHash: '0000' }));
    expect(await terminal.run('replay before.json')).toBe(1);
    expect(terminal.told).toContain(`the run ended in another state than the result says: ${before.stateHash}, not 0000`);
  });

  it('two results are compared measure by measure, and a verdict that broke is a failure', async () => {
    using terminal = new RememberingTerminal();
    await terminal.run('run epidemic --nodes 500 --json');
    writeFileSync(join(terminal.folder, 'before.json'), terminal.written);
    await terminal.run('run epidemic --nodes 500 --fanout 3 --json');
    writeFileSync(join(terminal.folder, 'after.json'), terminal.written);
    expect(await terminal.run('compare before.json after.json')).toBe(0);
    expect(terminal.written).toContain('different: fanout 1 -> 3');
    await terminal.run('run epidemic --nodes 500 --rounds-max 2 --json');
    writeFileSync(join(terminal.folder, 'after.json'), terminal.written);
    expect(await terminal.run('compare before.json after.json --json')).toBe(1);
    expect(terminal.json<{ brokenVerdicts: string[] }>().brokenVerdicts.length).toBe(2);
  });

  it('a file that is no result is refused', async () => {
    using terminal = new RememberingTerminal();
    writeFileSync(join(terminal.folder, 'x.json'), '{"scenario":"epidemic"}');
    expect(await terminal.run('replay x.json')).toBe(2);
    expect(terminal.told).toBe('mesh-sim: x.json holds no result: it takes what mesh-sim run --json prints\n');
  });
});

describe('help', () => {
  it.each([
    ['--help', 'Usage: mesh-sim <verb> [flags]'], ['help run', 'Usage: mesh-sim run <scenario> [flags]'], ['run epidemic --help', '--nodes N'],
    ['sweep epidemic -h', '--seeds N'], ['help epidemic', 'Usage: mesh-sim run epidemic [flags]'], ['compare --help', 'Usage: mesh-sim compare <before.json> <after.json> [flags]'],
    ['list', 'epidemic'],
  ])('%s', async (line, words) => {
    using terminal = new RememberingTerminal();
    expect(await terminal.run(line)).toBe(0);
    expect(terminal.written).toContain(words);
  });

  it('list --json tells every parameter', async () => {
    using terminal = new RememberingTerminal();
    await terminal.run('list --json');
    const { scenarios } = terminal.json<{ scenarios: { name: string; parameters: Record<string, unknown> }[] }>();
    expect(Object.keys(scenarios.find(({ name }) => name === 'epidemic')!.parameters)).toEqual(['nodes', 'mode', 'fanout', 'loss', 'silent', 'roundsMax']);
  });
});
