/**
 * Records the protocol version that the sources speak: `node --conditions=source test/wire/generate.ts`. A recorded
 * version whose bytes have changed is refused. Without the condition it would speak for the last build.
 */
import { recordVersion } from './records.ts';
import { names } from './samples.ts';
import { currentVectors } from './vectors.ts';
import { digestOf, encodingsOf, enforcedLimits } from './wire-digest.ts';

const vectors = currentVectors();
const digest = digestOf(encodingsOf(names), enforcedLimits());
try {
  recordVersion(import.meta.dirname, vectors, digest);
  console.log(`Protocol version ${vectors.protocolVersion} is recorded as ${digest}.`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
