/** Makes the configuration: flags over environment over file over defaults. All that is wrong is told at once. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isLoopbackAddress, parseAddress } from '../addresses.ts';
import { configError } from '../program-error.ts';
import { readConfigFile } from './config-file.ts';
import { readEnvironment, type Environment } from './environment.ts';
import type { RawValues } from './raw-value.ts';
import { settingKeys, settings, type Config } from './settings.ts';

/** Where a configuration is made from. */
export interface ConfigSources {
  /** What the command line says, read by `readArguments`. */
  readonly flags: RawValues;
  readonly environment: Environment;
  /** Folder that relative paths of flags and of the environment start from. */
  readonly folder: string;
}

/** The complete configuration. Throws one error with a line for every violation. */
export function readConfig({ flags, environment, folder }: ConfigSources): Config {
  const fromEnvironment = readEnvironment(environment, folder);
  const configPath = (flags.config ?? fromEnvironment.values.config)?.value;
  const fromFile = typeof configPath === 'string' && configPath !== '' ? readConfigFile(configPath) : undefined;
  const layers = [flags, fromEnvironment.values, fromFile?.values ?? {}];
  const violations = [...fromEnvironment.violations, ...(fromFile?.violations ?? [])];
  const values = Object.fromEntries(settingKeys.map((key) => {
    const raw = layers.find((layer) => layer[key] !== undefined)?.[key];
    if (raw === undefined) return [key, key === 'home' ? defaultHome(environment) : settings[key].fallback];
    const checked = settings[key].check.safeParse(raw.value);
    if (checked.success) return [key, checked.data];
    for (const issue of checked.error.issues) {
      violations.push(`${raw.place} ${issue.message}${shown(key, partOf(raw.value, issue.path[0]))}`);
    }
    return [key, settings[key].fallback];
  }));
  const config = Object.freeze(values as unknown as Config);
  violations.push(...contradictions(config));
  if (violations.length > 0) throw configError(...new Set(violations));
  return config;
}

/** The XDG folder for state; a relative one is to be ignored (XDG Base Directory Specification 0.8). */
function defaultHome(environment: Environment): string {
  const state = environment['XDG_STATE_HOME'];
  const isUsable = state !== undefined && isAbsolute(state);
  return join(isUsable ? state : join(environment['HOME'] ?? homedir(), '.local', 'state'), 'murmuration');
}

/** The one element of a list that is wrong, or the value. */
function partOf(value: unknown, index: PropertyKey | undefined): unknown {
  return Array.isArray(value) && typeof index === 'number' ? value[index] : value;
}

function shown(key: string, value: unknown): string {
  return key === 'networkKey' || value === '' ? '' : `, not ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

/** What each value allows and all of them together do not. */
function contradictions(config: Config): string[] {
  const { dev, listen, networkKey, networkKeyFile, transport } = config;
  const found: string[] = [];
  if (networkKey !== undefined && networkKeyFile !== undefined) {
    found.push('MESH_NETWORK_KEY and a network key file are both given: leave one out');
  }
  if (dev && (networkKey !== undefined || networkKeyFile !== undefined)) {
    found.push('--dev is a network without a key: leave out --dev or the network key');
  }
  const open = listen.filter((text) => !isLoopbackAddress(text));
  if (dev && open.length > 0) found.push(`--dev listens on loopback only, not on ${open.join(', ')}`);
  if (transport !== 'both' && listen.length > 0 && listen.every((text) => parseAddress(text)?.wire !== transport)) {
    found.push(`--transport ${transport} leaves nothing to listen on of ${listen.join(', ')}`);
  }
  return [...found, ...bridgeContradictions(config)];
}

/** A fallback is the table's own object: what is equal to none of them was set. */
function bridgeContradictions({ dev, transport, gossipsubTopic, gossipsubListen, gossipsubPeer }: Config): string[] {
  const found: string[] = [];
  const isListenSet = gossipsubListen !== settings.gossipsubListen.fallback;
  if (gossipsubTopic.length === 0 && (isListenSet || gossipsubPeer.length > 0)) {
    found.push('a gossipsub address is given and no topic to share: add --gossipsub-topic <topic>');
  }
  const open = gossipsubListen.filter((text) => !isLoopbackAddress(text));
  if (dev && open.length > 0) found.push(`--dev listens on loopback only, not on ${open.join(', ')}`);
  if (transport !== 'both' && isListenSet && gossipsubListen.every((text) => parseAddress(text)?.wire !== transport)) {
    found.push(`--transport ${transport} leaves nothing to listen on of ${gossipsubListen.join(', ')}`);
  }
  return found;
}
