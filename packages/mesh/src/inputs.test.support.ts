/** Test tool: generated inputs of the core, well-typed and not honest: few peers, and numbers near both ends. */
import {
  bytes,
  millis,
  noPeer,
  type BatchHandle,
  type BatchMessage,
  type BatchPlace,
  type Command,
  type Epoch,
  type Incarnation,
  type Input,
  type LinkDownCause,
  type LogMark,
  type LogRange,
  type MemberState,
  type Message,
  type Offence,
  type PeerIndex,
  type Sequence,
  type Timer,
} from '@murmuration/protocol';
import fc from 'fast-check';

const peerOf = (index: number): PeerIndex => index as PeerIndex;
const peers = fc.integer({ min: 0, max: 6 }).map(peerOf);
const epochs = fc.oneof(fc.nat(2), fc.constantFrom(0xffff_fffe, 0xffff_ffff)).map((value) => value as Epoch);
const sequences = fc.oneof(fc.nat(3), fc.constantFrom(2 ** 32, 2 ** 48 - 1)).map((value) => value as Sequence);
const words = fc.oneof(fc.nat(3), fc.constantFrom(0xffff_ffff));
const claim = fc.record({
  peer: peers,
  state: fc.constantFrom<MemberState>('alive', 'suspect', 'dead', 'left'),
  epoch: epochs,
  incarnation: fc.oneof(fc.nat(2), fc.constantFrom(0xfffe, 0xffff)).map((value) => value as Incarnation),
  accuser: fc.oneof(peers, fc.constant(noPeer)),
});
const claims = fc.array(claim, { maxLength: 6 });
const batches: fc.Arbitrary<BatchMessage> = fc.record({
  type: fc.constant('batch' as const),
  header: fc.record({
    author: peers, epoch: epochs, firstSequence: sequences, count: fc.oneof(fc.nat(3), fc.constant(16_384)),
    hash48: fc.oneof(words, fc.constant(2 ** 48 - 1)), bytes: fc.integer({ min: 1, max: 512 * 1024 }).map(bytes),
  }),
  handle: fc.nat(20).map((value) => value as BatchHandle),
  hops: fc.constantFrom(0, 1, 254, 255),
  place: fc.constantFrom<BatchPlace>('next', 'first-kept', 'past'),
});
const mark: fc.Arbitrary<LogMark> = fc.record({ tagHigh: words, tagLow: words, epoch: epochs, sequence: sequences });
const ids = fc.array(
  fc.record({
    author: fc.oneof(peers, fc.constant(noPeer)), epoch: epochs, sequence: sequences, hops: fc.constantFrom(0, 1, 254, 255),
  }),
  { maxLength: 6 },
);
const messages = fc.oneof<fc.Arbitrary<Message>[]>(
  fc.record({
    type: fc.constant('round' as const),
    digest: fc.record({ high: words, low: words }),
    isReply: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('frontier' as const),
    entries: fc.array(
      fc.record({ author: fc.oneof(peers, fc.constant(noPeer)), epoch: epochs, sequence: sequences }),
      { maxLength: 6 },
    ),
    isReply: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('ranges' as const),
    isReply: fc.boolean(),
    nonce: fc.record({ high: words, low: words }),
    ranges: fc.array(fc.oneof<fc.Arbitrary<LogRange>[]>(
      fc.record({ type: fc.constant('done' as const), upTo: mark }),
      fc.record({ type: fc.constant('compare' as const), upTo: mark, fingerprint: fc.record({ high: words, low: words }) }),
      fc.record({ type: fc.constantFrom('list' as const, 'want' as const), upTo: mark, marks: fc.array(mark, { maxLength: 4 }) }),
    ), { maxLength: 6 }),
  }),
  fc.record({ type: fc.constantFrom('claims' as const, 'shuffle-reply' as const), claims }),
  fc.record({ type: fc.constant('ping' as const), token: words }),
  fc.record({ type: fc.constantFrom('ping-request' as const, 'nack' as const), token: words, target: peers }),
  fc.record({
    type: fc.constant('ack' as const), token: words, target: peers, epoch: epochs,
    incarnation: fc.nat(0xffff).map((value) => value as Incarnation), lagMs: fc.constant(millis(5)),
  }),
  fc.record({ type: fc.constant('neighbor' as const), isUrgent: fc.boolean() }),
  fc.record({ type: fc.constant('forward-join' as const), claim, ttl: fc.nat(16) }),
  fc.record({ type: fc.constant('shuffle' as const), origin: claim, ttl: fc.nat(16), claims }),
  fc.record({ type: fc.constantFrom('ihave' as const, 'graft' as const), ids }),
  fc.constant({ type: 'prune' as const }),
  batches,
);
const timers = fc.oneof<fc.Arbitrary<Timer>[]>(
  fc.constantFrom('start-round' as const, 'flush-outbox' as const, 'announce-batches' as const, 'graft-missing' as const,
    'spread-claims' as const, 'maintain-views' as const, 'probe-next' as const, 'shuffle-views' as const)
    .map((type) => ({ type })),
  claim.map((subject) => ({ ...subject, type: 'declare-dead' as const })),
  claim.map((subject) => ({ ...subject, type: 'judge-suspicion' as const })),
  fc.record({ type: fc.constantFrom('probe-indirectly' as const, 'end-probe' as const), peer: peers, token: words }),
  fc.record({ type: fc.constant('send-nack' as const), peer: peers, target: peers, token: words }),
);
const commands = fc.oneof<fc.Arbitrary<Command>[]>(
  fc.constant({ type: 'leave' as const }),
  fc.record({ type: fc.constantFrom('broadcast' as const, 'restore' as const), batch: batches }),
  fc.record({ type: fc.constant('reconcile' as const), peer: peers }),
);
export const inputs: fc.Arbitrary<Input> = fc.oneof<fc.Arbitrary<Input>[]>(
  fc.record({ type: fc.constant('message' as const), from: peers, message: messages }),
  fc.record({ type: fc.constant('command' as const), command: commands }),
  fc.record({ type: fc.constant('timer' as const), timer: timers }),
  fc.record({ type: fc.constant('link-up' as const), peer: peers, rttMs: fc.constant(millis(0)) }),
  fc.record({
    type: fc.constant('link-down' as const),
    peer: peers,
    cause: fc.constantFrom<LinkDownCause>('closed', 'failed', 'replaced'),
  }),
  fc.record({
    type: fc.constant('frame-refused' as const),
    from: peers,
    offence: fc.constantFrom<Offence>('malformed-frame', 'malformed-batch'),
  }),
  fc.record({ type: fc.constant('stalled' as const), lagMs: fc.constant(millis(500)) }),
  fc.record({ type: fc.constant('lagging' as const), lagMs: fc.constant(millis(40)) }),
);
