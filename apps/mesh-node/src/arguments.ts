/** Reads the command line: a verb, flags of its settings, `--json`, `--help`. Everything unknown is a mistake, and told. */
import { didYouMean } from '@murmuration/protocol';
import { usageError } from './program-error.ts';
import { valueOfText, type RawValues } from './config/raw-value.ts';
import { flagOf, settings, type SettingKey } from './config/settings.ts';
import { verbs, type Verb, type VerbName } from './verbs.ts';

/** A command line, understood. */
export interface Arguments {
  readonly verb: VerbName;
  /** The verb that help is wanted for; undefined for the overview. Of `help` only. */
  readonly subject?: VerbName;
  readonly isJson: boolean;
  readonly flags: RawValues;
}

/** Words that people try for a verb. */
const aliases: Readonly<Record<string, VerbName>> = { '--help': 'help', '-h': 'help', '--version': 'version', '-v': 'version' };

/** Understands the words after the program's name. Throws usage errors, all of them at once. */
export function readArguments(words: readonly string[], folder: string): Arguments {
  const verb = readVerb(words[0]);
  const reader = new FlagReader(verb, folder);
  const rest = words.slice(1);
  while (rest.length > 0) reader.take(rest);
  return reader.finish();
}

function readVerb(word: string | undefined): Verb {
  if (word === undefined) throw usageError('no verb given: try mesh-node --help');
  const name = aliases[word] ?? word;
  const verb = verbs.find((candidate) => candidate.name === name);
  if (verb !== undefined) return verb;
  const kind = word.startsWith('-') ? 'flags follow a verb, which is missing before' : 'unknown verb';
  const names = verbs.map((candidate) => candidate.name);
  throw usageError(`${kind} ${word}${didYouMean(word, names)}; verbs: ${names.join(', ')}`);
}

/** Takes word after word and remembers what was wrong. */
class FlagReader {
  readonly #verb: Verb;
  readonly #folder: string;
  readonly #values: RawValues = {};
  readonly #mistakes: string[] = [];
  #isJson = false;
  #isHelp = false;
  #subject: VerbName | undefined;

  constructor(verb: Verb, folder: string) {
    this.#verb = verb;
    this.#folder = folder;
  }

  take(rest: string[]): void {
    const word = rest.shift() as string;
    if (!word.startsWith('-') || word === '-') return this.#takeOperand(word);
    const [, name = word, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (word === '-h' || word === '--help') this.#isHelp = true;
    else if (word === '--json') this.#isJson = true;
    else this.#takeFlag(name, inline, rest, word);
  }

  finish(): Arguments {
    const common = { isJson: this.#isJson, flags: this.#values };
    // Who asks for help gets it, whatever else is wrong with the line.
    if (this.#isHelp && this.#verb.name !== 'help') return { verb: 'help', subject: this.#verb.name, ...common };
    if (this.#mistakes.length > 0) throw usageError(...this.#mistakes);
    return { verb: this.#verb.name, ...(this.#subject === undefined ? {} : { subject: this.#subject }), ...common };
  }

  #takeOperand(word: string): void {
    if (this.#verb.name !== 'help' || this.#subject !== undefined) {
      this.#mistakes.push(`unexpected argument ${word}: mesh-node ${this.#verb.name} takes flags only`);
      return;
    }
    this.#subject = readVerb(word).name;
  }

  #takeFlag(name: string, inline: string | undefined, rest: string[], word: string): void {
    const isNegated = name.startsWith('no-');
    const key = this.#verb.settings.find((candidate) =>
      isFlag(candidate) && (flagOf(candidate) === name || (isNegated && isSwitch(candidate) && `no-${flagOf(candidate)}` === name)));
    if (key === undefined) {
      this.#mistakes.push(this.#unknown(word.split('=')[0] ?? word));
      return;
    }
    const place = `--${name}`;
    if (isSwitch(key)) {
      const value = inline === undefined ? true : valueOfText('boolean', inline, this.#folder);
      this.#values[key] = { place, value: isNegated && typeof value === 'boolean' ? !value : value };
      return;
    }
    const text = inline ?? (rest[0]?.startsWith('--') === true ? undefined : rest.shift());
    if (text === undefined) this.#mistakes.push(`${place} needs a value: ${place} ${settings[key].placeholder}`);
    else this.#set(key, place, text);
  }

  #set(key: SettingKey, place: string, text: string): void {
    const { kind } = settings[key];
    const value = valueOfText(kind, text, this.#folder);
    const before = this.#values[key]?.value;
    this.#values[key] = { place, value: kind === 'list' && Array.isArray(before) ? [...before, ...(value as unknown[])] : value };
  }

  #unknown(word: string): string {
    const own = this.#verb.settings.filter(isFlag).flatMap((key) => flagNames(key));
    const other = verbs.find(({ settings: keys }) => keys.some((key) => isFlag(key) && flagNames(key).includes(word)));
    if (other !== undefined) return `${word} is a flag of mesh-node ${other.name}, not of ${this.#verb.name}`;
    return `unknown flag ${word}${didYouMean(word, [...own, '--json', '--help'])}; see mesh-node ${this.#verb.name} --help`;
  }
}

const isFlag = (key: SettingKey): boolean => settings[key].sources.includes('flag');
const isSwitch = (key: SettingKey): boolean => settings[key].kind === 'boolean';

/** The flags of a setting as they are written; a switch that is on by default is written with `--no-`. */
export function flagNames(key: SettingKey): string[] {
  const name = flagOf(key);
  return isSwitch(key) && settings[key].fallback === true ? [`--no-${name}`, `--${name}`] : [`--${name}`];
}
