/** The program `mesh-node`. */
import { runCommandLine } from './command-line.ts';
import { processTerminal } from './terminal.ts';

/** Who waits for us to end waits no longer than this, whatever a library has left open. */
const lingerMsMax = 2_000;

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
setTimeout(() => process.exit(), lingerMsMax).unref();
