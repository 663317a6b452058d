/**
 * The past, read back from disk: peers into the book, batches into the core and the state. Their checksums were checked on reading.
 * A long past takes seconds; the process that embeds us has a life beside it, so it is read in slices.
 */
import { decodeBatch, noPeer } from '@murmuration/protocol';
import type { Assembly } from './assembly.ts';

/** D12: heavy work in slices. */
const sliceMs = 5;

/** Batches of another network, or of peers that it does not admit, are left where they are: the network key was changed. */
export async function restorePast(parts: Assembly): Promise<void> {
  const { loop } = parts;
  let sliceEndMs = loop.now() + sliceMs;
  for (const record of parts.past.records) {
    if (loop.now() >= sliceEndMs) {
      await new Promise<void>((resolve) => loop.soon(resolve));
      sliceEndMs = loop.now() + sliceMs;
    }
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
