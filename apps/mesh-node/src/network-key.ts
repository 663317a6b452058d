/**
 * The secret of the network. All nodes of one user on one machine share `<home>/network.key`, made at the first start, so they
 * are one permissioned network without a flag (D14). A key that others can read is no secret: refused (RELIABILITY.md, 9).
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config/settings.ts';
import { createFile, makePrivateFolder } from './private-file.ts';
import { causeOf, codeOf, configError } from './program-error.ts';

/** 32 bytes as hex; undefined for an open network. */
export function networkKeyOf({ dev, home, networkKey, networkKeyFile }: Config): string | undefined {
  if (dev) return undefined;
  if (networkKey !== undefined) return networkKey.toLowerCase();
  if (networkKeyFile !== undefined) return readKeyFile(networkKeyFile);
  return readKeyFile(sharedKeyFile(home));
}

/** The key file of the home folder, made where there is none. */
function sharedKeyFile(home: string): string {
  const file = join(home, 'network.key');
  try {
    makePrivateFolder(home);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) createFile(file, `${randomBytes(32).toString('hex')}\n`);
  } catch (error) {
    throw configError(`cannot use the home folder ${home}: ${causeOf(error)}`);
  }
  return file;
}

/** Reads a key that only its owner can read. Throws a configuration error that names the file. */
export function readKeyFile(file: string): string {
  let text: string;
  try {
    const stats = statSync(file);
    if (!stats.isFile()) throw new Error('it is not a file');
    if ((stats.mode & 0o077) !== 0) {
      const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
      throw configError(`the network key file ${file} has mode ${mode}, so others can use it: run chmod 600 ${file}`);
    }
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'invalid-config') throw error;
    throw configError(`cannot read the network key file ${file}: ${causeOf(error)}`);
  }
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw configError(`the network key file ${file} does not hold 64 hex digits`);
  return text.toLowerCase();
}

/** Names a network without telling its secret: nodes under one home may belong to several. */
export function networkFingerprint(key: string | undefined): string {
  if (key === undefined) return 'open';
  return createHash('sha256').update('murmuration/network-fingerprint/1').update(key).digest('hex').slice(0, 16);
}
