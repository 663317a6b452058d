/**
 * Log lines: JSON for machines, pretty on a terminal. Secrets are redacted by name, and what a peer could have written is escaped.
 * Writing never waits for a slow reader: beyond its buffer, lines are dropped.
 */
import { destination as openDestination, pino, stdTimeFunctions, type Logger, type LoggerOptions } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Config } from './config/settings.ts';
import { printable, printableData } from './printable.ts';

/** A logger of this program. */
export type Log = Logger<never, boolean>;

/** Where the lines go. */
export interface LogTarget {
  /** True for a person at a terminal. */
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
}

/** A log and the way to get its last lines out before the process ends. */
export interface OpenLog {
  readonly log: Log;
  flush(): void;
}

/** Names that never show their value, at the top of a line and one level down. */
const secrets = ['authorization', 'cookie', 'token', 'key', 'secretKey', 'networkKey', 'privateKey', 'payload'];
/** Some 5,000 lines for a reader that has stopped reading. */
const bufferedBytesMax = 1024 * 1024;

/** Options of the logger, apart from its destination. */
export function logOptions(logLevel: Config['logLevel'], node: string): LoggerOptions {
  return {
    level: logLevel,
    base: { node },
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => printableData(fields) as Record<string, unknown>,
    },
    hooks: {
      logMethod(parts, method) {
        method.apply(this, parts.map((part: unknown) => (typeof part === 'string' ? printable(part) : part)) as typeof parts);
      },
    },
  };
}

/** Opens the log on the standard output. */
export function openLog({ logFormat, logLevel }: Config, node: string, { isTerminal, hasColor }: LogTarget): OpenLog {
  const options = logOptions(logLevel, node);
  if (logFormat === 'pretty' || (logFormat === 'auto' && isTerminal)) {
    const stream = PinoPretty({ colorize: hasColor, destination: 1, sync: true, ignore: 'node', translateTime: 'SYS:HH:MM:ss.l' });
    return { log: pino(options, stream), flush: () => undefined };
  }
  const stream = openDestination({ fd: 1, sync: false, maxLength: bufferedBytesMax });
  // A reader that went away takes its lines with it; the node carries on.
  stream.on('error', () => undefined);
  return { log: pino(options, stream), flush: () => flushNow(stream) };
}

function flushNow(stream: { flushSync(): void }): void {
  try {
    stream.flushSync();
  } catch {
    // Nobody reads any more, or the stream is not open yet: there is no other place to say so.
  }
}
