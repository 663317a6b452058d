/** The past, read back from disk: peers into the book, batches into the core and the state. Their checksums were checked on reading. */
import { decodeBatch, noPeer } from '@murmuration/protocol';
import type { Assembly } from './assembly.ts';

/** Batches of another network, or of peers that it does not admit, are left where they are: the network key was changed. */
export function restorePast(parts: Assembly): void {
  for (const record of parts.past.records) {
    if (record.type === 'peer') parts.book.greet(record.introduction);
    else restoreBatch(parts, record.bytes);
  }
  if (parts.past.damagedBytes > 0) parts.counters.add('log-damaged');
}

function restoreBatch(parts: Assembly, bytes: Uint8Array): void {
  const { book, network, logs, loop, counters, options, sideStore } = parts;
  const batch = decodeBatch(bytes);
  const author = batch === undefined ? noPeer : book.find(batch.envelope.author);
  const isOurs = batch !== undefined && network.id.every((byte, i) => byte === batch.envelope.networkId[i]);
  if (!isOurs || author === noPeer) return counters.add('restore-skipped');
  if (logs.examine(author, batch, 'next').type !== 'accept') return counters.add('restore-skipped');
  const message = sideStore.keep(author, { bytes, batch, hash: options.scheme.hash(batch.signed) });
  loop.submit({ type: 'command', command: { type: 'restore', batch: message } });
}
