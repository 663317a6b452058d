import { describe, expect, it } from 'vitest';
import { flagNames, readArguments } from './arguments.ts';
import { settingKeys, settings } from './config/settings.ts';
import { ProgramError } from './program-error.ts';
import { verbs } from './verbs.ts';

const read = (...words: string[]): ReturnType<typeof readArguments> => readArguments(words, '/base');

const mistakesOf = (...words: string[]): readonly string[] => {
  try {
    read(...words);
  } catch (error) {
    if (error instanceof ProgramError && error.exitCode === 2) return error.lines;
    throw error;
  }
  return [];
};

describe('the command line', () => {
  it('takes values behind a space and behind an equals sign', () => {
    expect(read('start', '--name', 'a', '--region=eu').flags).toEqual({
      name: { place: '--name', value: 'a' },
      region: { place: '--region', value: 'eu' },
    });
  });

  it('collects repeated and comma-separated lists in order', () => {
    expect(read('start', '--bootstrap', 'x,y', '--bootstrap=z').flags.bootstrap?.value).toEqual(['x', 'y', 'z']);
  });

  it('resolves paths against the folder of the caller', () => {
    expect(read('status', '--home', 'h').flags.home?.value).toBe('/base/h');
    expect(read('status', '--home', '/h').flags.home?.value).toBe('/h');
  });

  it('switches with and without a value', () => {
    expect(read('start', '--dev').flags.dev?.value).toBe(true);
    expect(read('start', '--dev=false').flags.dev?.value).toBe(false);
    expect(read('start', '--no-local-discovery').flags.localDiscovery?.value).toBe(false);
    expect(read('start', '--local-discovery').flags.localDiscovery?.value).toBe(true);
  });

  it('gives help for a verb whatever else is wrong with the line', () => {
    expect(read('start', '--nmae', 'x', '--help')).toMatchObject({ verb: 'help', subject: 'start' });
    expect(read('help', 'peers')).toMatchObject({ verb: 'help', subject: 'peers' });
    expect(read('--help')).toMatchObject({ verb: 'help' });
    expect(read('--version')).toMatchObject({ verb: 'version' });
  });

  it('knows --json at every verb', () => {
    for (const { name } of verbs) expect(read(name, '--json').isJson).toBe(true);
  });

  it('refuses an unknown verb and names the near one', () => {
    expect(mistakesOf('strat')).toEqual(['unknown verb strat (did you mean start?); verbs: start, status, peers, version, help']);
    expect(mistakesOf()).toEqual(['no verb given: try mesh-node --help']);
    expect(mistakesOf('--name', 'x', 'start')[0]).toContain('flags follow a verb');
  });

  it('tells all mistakes at once', () => {
    expect(mistakesOf('start', '--nmae', 'x', '--bogus-flag-here', '--region')).toEqual([
      'unknown flag --nmae (did you mean --name?); see mesh-node start --help',
      'unexpected argument x: mesh-node start takes flags only',
      'unknown flag --bogus-flag-here; see mesh-node start --help',
      '--region needs a value: --region <region>',
    ]);
  });

  it('does not take the next flag for a value', () => {
    expect(mistakesOf('start', '--name', '--dev')).toEqual(['--name needs a value: --name <name>']);
  });

  it('says which verb a flag belongs to', () => {
    expect(mistakesOf('status', '--listen', '/ip4/127.0.0.1/tcp/0')[0]).toBe('--listen is a flag of mesh-node start, not of status');
  });

  it('takes no secret: other users of the machine can read it', () => {
    expect(mistakesOf('start', '--network-key', 'a'.repeat(64))[0]).toContain('did you mean --network-key-file?');
  });

  it('has a flag of its own for every setting', () => {
    const names = settingKeys.filter((key) => settings[key].sources.includes('flag')).flatMap(flagNames);
    expect(new Set(names).size).toBe(names.length);
  });
});
