/** The verb `help`: the overview, or one verb, made from the tables of verbs and settings. */
import { flagNames } from '../arguments.ts';
import { environmentNameOf, fileKeyOf, settings, type SettingKey } from '../config/settings.ts';
import { explanations } from '../table.ts';
import { verbNamed, verbs, type Verb, type VerbName } from '../verbs.ts';

/** The help of a verb, or the overview. */
export function helpText(subject?: VerbName): string {
  return subject === undefined ? overview() : helpOf(verbNamed(subject));
}

/** The same for programs. */
export function helpData(subject?: VerbName): unknown {
  const described = subject === undefined ? verbs : [verbNamed(subject)];
  return {
    verbs: described.map(({ name, summary, settings: keys }) => ({
      name,
      summary,
      settings: keys.map((key) => ({
        ...(settings[key].sources.includes('flag') ? { flag: flagNames(key)[0] } : {}),
        environment: environmentNameOf(key),
        ...(settings[key].sources.includes('file') ? { file: fileKeyOf(key) } : {}),
        help: settings[key].help,
        default: defaultOf(key) ?? null,
      })),
    })),
  };
}

function overview(): string {
  return [
    'mesh-node: a node of a peer-to-peer gossip mesh, and its command line.',
    '',
    'Usage: mesh-node <verb> [flags]',
    '',
    ...explanations(verbs.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    'Every verb has --help and --json. Two terminals, one `mesh-node start` in each, are a mesh of two.',
    'Exit codes: 0 done, 1 failed, 2 wrong call or configuration.',
    '',
  ].join('\n');
}

function helpOf(verb: Verb): string {
  const flags = verb.settings.filter((key) => settings[key].sources.includes('flag'));
  const rest = verb.settings.filter((key) => !settings[key].sources.includes('flag'));
  return [
    `${verb.summary}.`,
    '',
    `Usage: mesh-node ${verb.name}${verb.operand === undefined ? '' : ` ${verb.operand}`} [flags]`,
    '',
    ...explanations([
      ...flags.map((key): [string, string] => [`  ${usageOf(key)}`, explained(key)]),
      ['  --json', verb.name === 'start' ? 'JSON lines; the last one says how it ended' : 'Print one JSON object'],
      ['  -h, --help', 'Print this help'],
    ]),
    ...environmentOnly(rest),
    ...sourcesOf(flags),
    '',
    'Examples:',
    ...verb.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

function environmentOnly(keys: readonly SettingKey[]): string[] {
  if (keys.length === 0) return [];
  return ['', 'Environment only:', ...explanations(keys.map((key) => [`  ${environmentNameOf(key)}`, settings[key].help]))];
}

function usageOf(key: SettingKey): string {
  const [flag = ''] = flagNames(key);
  const { placeholder } = settings[key];
  return placeholder === '' ? flag : `${flag} ${placeholder}`;
}

function explained(key: SettingKey): string {
  const { help, kind } = settings[key];
  const fallback = defaultOf(key);
  const more = kind === 'list' ? '; repeat it, or separate with commas' : '';
  const isOn = kind === 'boolean' && settings[key].fallback === true;
  return `${isOn ? `Do not ${help.charAt(0).toLowerCase()}${help.slice(1)}` : help}${more}${fallback === undefined ? '' : ` [${fallback}]`}`;
}

function defaultOf(key: SettingKey): string | undefined {
  const { fallback, fallbackHelp, kind } = settings[key];
  if (fallbackHelp !== undefined) return fallbackHelp;
  return fallback === undefined || kind === 'boolean' || kind === 'list' ? undefined : String(fallback);
}

function sourcesOf(keys: readonly SettingKey[]): string[] {
  const nested = keys.find((key) => settings[key].path.length > 1) ?? keys[0];
  if (nested === undefined) return [];
  return [
    '',
    'Flags win over the environment, the environment over the file (--config, YAML or JSON), the file over the defaults.',
    `The same setting in each: ${flagNames(nested)[0]}, ${environmentNameOf(nested)}, ${fileKeyOf(nested)}.`,
  ];
}
