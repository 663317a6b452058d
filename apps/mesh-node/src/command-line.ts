/** From words to an exit code: reads them, runs the verb, tells failures in a line each. */
import { readArguments, type Arguments } from './arguments.ts';
import { helpData, helpText } from './commands/help.ts';
import { peersData, peersText } from './commands/peers.ts';
import { statusData, statusText } from './commands/status.ts';
import { versionInfo, versionText } from './commands/version.ts';
import { readConfig } from './config/read-config.ts';
import { printable } from './printable.ts';
import { codeOf, ProgramError } from './program-error.ts';
import type { Terminal } from './terminal.ts';

/** Runs a command; answers its exit code: 0 done, 1 failed, 2 wrong call or configuration. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    return await run(readArguments(words, terminal.folder), terminal);
  } catch (error) {
    return tell(failureOf(error), words, terminal);
  }
}

/** The world's refusals are a line each; what is left is a bug of ours and keeps its stack. */
function failureOf(error: unknown): ProgramError {
  if (error instanceof ProgramError) return error;
  if (error instanceof Error && codeOf(error)?.startsWith('ERR_') === false) return new ProgramError('start-failed', [error.message], error);
  throw error;
}

function tell(error: ProgramError, words: readonly string[], terminal: Terminal): 1 | 2 {
  for (const line of error.lines) terminal.err(`mesh-node: ${printable(line)}\n`);
  if (words.includes('--json')) print(terminal, { error: { code: error.code, message: error.message, lines: error.lines } });
  return error.exitCode;
}

async function run({ verb, subject, isJson, flags }: Arguments, terminal: Terminal): Promise<0 | 1> {
  const show = <Data>(data: Data, text: (data: Data) => string): 0 => {
    if (isJson) print(terminal, data);
    else terminal.out(text(data));
    return 0;
  };
  const config = (): ReturnType<typeof readConfig> =>
    readConfig({ flags, environment: terminal.environment, folder: terminal.folder });
  switch (verb) {
    case 'help': return show(helpData(subject), () => helpText(subject));
    case 'version': return show(versionInfo(), versionText);
    case 'status': return show(await statusData(config()), statusText);
    case 'peers': return show(await peersData(config()), peersText);
    case 'start': {
      const startConfig = config();
      // The network takes a second to load, and the other verbs and a wrong configuration do without it.
      const { start } = await import('./commands/start.ts');
      const { exitCode, ...ending } = await start(startConfig, isJson, terminal);
      if (isJson) print(terminal, ending);
      return exitCode;
    }
  }
}

function print(terminal: Terminal, data: unknown): void {
  terminal.out(`${JSON.stringify(data)}\n`);
}
