/** Reads `MESH_*`. The prefix is ours: a name that means nothing is a slip, and slips are told. */
import { didYouMean } from '@murmuration/protocol';
import { valueOfText, type RawValues } from './raw-value.ts';
import { environmentNameOf, settingKeys, settings } from './settings.ts';

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of the environment, with a complaint for every `MESH_*` that is no setting. */
export function readEnvironment(environment: Environment, folder: string): { values: RawValues; violations: string[] } {
  const known = settingKeys.filter((key) => settings[key].sources.includes('environment'));
  const values: RawValues = {};
  const violations: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('MESH_') || text === undefined) continue;
    const key = known.find((candidate) => environmentNameOf(candidate) === name);
    if (key === undefined) {
      violations.push(`unknown environment variable ${name}${didYouMean(name, known.map(environmentNameOf))}`);
    } else {
      values[key] = { place: name, value: valueOfText(settings[key].kind, text, folder) };
    }
  }
  return { values, violations };
}
