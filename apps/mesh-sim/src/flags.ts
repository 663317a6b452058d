/**
 * Reads words into flags, positionals and mistakes: every unknown or ill-formed word is told, all at once. The flags of a scenario are made
 * from its typed parameters.
 */
import { didYouMean } from '@murmuration/protocol';
import { parseArgs } from 'node:util';

/** A flag: with a value, or a switch. */
export interface Flag {
  /** `--nodes`. */
  readonly name: string;
  /** What stands for the value in the help; none makes a switch. */
  readonly placeholder?: string;
  readonly help: string;
}

/** Words, understood. */
export interface Words {
  readonly positionals: readonly string[];
  /** Texts by flag name; of a switch, an empty text. */
  readonly values: ReadonlyMap<string, string>;
  readonly mistakes: readonly string[];
}

/** Reads words by the flags that are known. `where` is the command, for mistakes. */
export function readWords(words: readonly string[], flags: readonly Flag[], where: string): Words {
  const options = Object.fromEntries(flags.map(({ name, placeholder }) => [name.slice(2), { type: placeholder === undefined ? 'boolean' : 'string' } as const]));
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const positionals: string[] = [];
  const values = new Map<string, string>();
  const mistakes: string[] = [];
  // What stands behind an unknown flag is most likely its value: one mistake, not two.
  let isBehindUnknown = false;
  for (const token of tokens) {
    if (token.kind === 'positional' && !isBehindUnknown) positionals.push(token.value);
    isBehindUnknown = false;
    if (token.kind !== 'option') continue;
    const flag = flags.find(({ name }) => name === token.rawName);
    isBehindUnknown = flag === undefined && token.value === undefined;
    const mistake = flag === undefined ? unknown(token.rawName, flags, where) : misused(flag, token.value, values);
    if (mistake === undefined) values.set(token.rawName, token.value ?? '');
    else mistakes.push(mistake);
  }
  return { positionals, values, mistakes };
}

function unknown(name: string, flags: readonly Flag[], where: string): string {
  return `unknown flag ${name}${didYouMean(name, flags.map((flag) => flag.name))}; see ${where} --help`;
}

function misused({ name, placeholder }: Flag, value: string | undefined, values: ReadonlyMap<string, string>): string | undefined {
  if (values.has(name)) return `${name} is given twice`;
  if (placeholder === undefined) return value === undefined ? undefined : `${name} takes no value`;
  return value === undefined || value === '' || value.startsWith('--') ? `${name} needs a value: ${name} ${placeholder}` : undefined;
}
