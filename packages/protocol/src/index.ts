/**
 * The vocabulary of the mesh, and the protocol in a few lines.
 *
 * A node is an identity (an ed25519 key). It writes a log: batches of updates, each batch signed once, each naming the hash of
 * the one before it. A restart begins a new epoch of the log. The state of the mesh is what all logs together say: registers,
 * where every author writes only its own, and documents, which authors share. Beside it an author writes a log of messages on
 * topics (`log-kind.ts`), which travels the same way and is trimmed.
 *
 * Two nodes that open a link greet each other first (`hello.ts`): same network, certified identity, same protocol version.
 * Then they exchange frames of messages (`messages.ts`):
 *
 *   claims    who is a member, in which state, at which incarnation. A node refutes what is wrong about itself by a higher
 *             incarnation; (epoch, incarnation) orders claims, and a restart always wins.
 *   ping      every half second to one neighbor; who does not answer is asked through helpers (ping-request, ack, nack), then suspected,
 *             and dead only after ten seconds and three observers.
 *   shuffle   keeps spare members known beyond the neighbors, so that a lost link is replaced; forward-join leads newcomers to links.
 *   batch     pushed along a tree of eager links as soon as it is accepted. A second copy over a link makes it lazy (prune).
 *   ihave     announced on lazy links. What was announced and does not come is asked for (graft), and its link is eager again.
 *   round     every 100 ms (slower in a quiet mesh), to three neighbors: the digest of my frontier. If ours differ ...
 *   frontier  ... we tell each other how far we know every log, and send the batches that the other lacks. Above 128 logs ...
 *   ranges    ... we first compare fingerprints of ranges of logs, and split those that differ until they are worth listing.
 *   direct    between two applications: a note, a request, its answer. The core does not see it; it may travel a link that the
 *             overlay does not hold.
 *
 * A received batch is checked in order of cost: size, form, duplicate (one comparison with the frontier), budget, signature,
 * hash chain, content. A log is accepted without holes: a batch beyond the next sequence is left out and asked for again. Only a
 * log of messages goes on over a gap, where its sender says that it keeps nothing older.
 *
 * The core that does this (`@murmuration/mesh` and its modules) is a state machine without clock, chance or I/O: see
 * `border.ts`, which is the file to read next. Its state is columns, a node is an index into them, and a daemon runs one node
 * of the same code of which the simulator runs a million.
 */
export * from './allocator.ts';
export * from './assert.ts';
export * from './border.ts';
export * from './byte-reader.ts';
export * from './byte-writer.ts';
export * from './codec.ts';
export { didYouMean } from './did-you-mean.ts';
export type * from './direct.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './hello.ts';
export * from './hlc.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './log-kind.ts';
export * from './log-name.ts';
export * from './messages.ts';
export * from './module.ts';
export * from './observer.ts';
export * from './options.ts';
export * from './peer-id.ts';
export * from './random.ts';
export { decodeIntroduction, encodeIntroduction } from './introduction.ts';
export * from './signature-scheme.ts';
export * from './state-source.ts';
export * from './text.ts';
export * from './topic-messages.ts';
export * from './units.ts';
export * from './updates.ts';
export * from './verdict.ts';
export * from './wire-names.ts';
