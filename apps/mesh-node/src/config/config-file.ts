/** Reads the configuration file: YAML, of which JSON is a part. Every complaint names the file, and the line where there is one. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { didYouMean } from '@murmuration/protocol';
import { causeOf, configError } from '../program-error.ts';
import { valueOfText, type RawValues } from './raw-value.ts';
import { fileKeyOf, settingKeys, settings } from './settings.ts';

/** Far more than every setting written out. */
const fileBytesMax = 1024 * 1024;

/** The values of a file, with a complaint for every key that is no setting. Throws if the file cannot be read at all. */
export function readConfigFile(path: string): { values: RawValues; violations: string[] } {
  const content = parse(path, readText(path));
  const known = settingKeys.filter((key) => settings[key].sources.includes('file'));
  const values: RawValues = {};
  const violations: string[] = [];
  for (const [fileKey, value] of flatten(content)) {
    const key = known.find((candidate) => fileKeyOf(candidate) === fileKey);
    if (key === undefined) {
      violations.push(`${path}: ${misplaced(fileKey) ?? `unknown key ${fileKey}${didYouMean(fileKey, known.map(fileKeyOf))}`}`);
      continue;
    }
    const { kind } = settings[key];
    const isText = typeof value === 'string' && (kind === 'path' || kind === 'list');
    values[key] = { place: `${basename(path)}: ${fileKey}`, value: isText ? valueOfText(kind, value, dirname(path)) : value };
  }
  return { values, violations };
}

function readText(path: string): string {
  try {
    if (statSync(path).size > fileBytesMax) throw new Error(`larger than ${fileBytesMax} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw configError(`cannot read the configuration file ${path}: ${causeOf(error)}`);
  }
}

function parse(path: string, text: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const reason = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code;
    throw configError(`${path}:${error.linePos?.[0].line ?? 1}: ${reason}`);
  }
  const content = valueOf(path, document);
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw configError(`${path}: must hold keys and values, such as region: eu-west`);
  }
  return content as Readonly<Record<string, unknown>>;
}

/** An alias that names no anchor is found only when values are made. */
function valueOf(path: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw configError(`${path}: ${causeOf(error)}`);
  }
}

/** Nested keys as one dotted key each. */
function flatten(content: Readonly<Record<string, unknown>>, prefix = ''): [key: string, value: unknown][] {
  return Object.entries(content).flatMap(([key, value]): [string, unknown][] => {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? flatten(value as Readonly<Record<string, unknown>>, `${prefix}${key}.`) : [[prefix + key, value]];
  });
}

function misplaced(fileKey: string): string | undefined {
  if (fileKey === 'networkKey') return 'networkKey is a secret: write networkKeyFile, or set MESH_NETWORK_KEY';
  return fileKey === 'config' ? 'config cannot be set in the file itself' : undefined;
}
