import { TopicValidatorResult } from '@libp2p/gossipsub';
import { accept } from '@murmuration/protocol';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, expect, test } from 'vitest';
import { identity } from '../libp2p/identity.test.support.ts';
import { inboundBufferBytesMax } from './limits.ts';
import { resolveBridgeOptions } from './options.ts';
import { plain, topic, until, type Plain } from './plain.test.support.ts';
import { Presence } from './presence.ts';
import { Refusals } from './refusals.ts';
import { startRouter, type Router } from './router.ts';

const disposals: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(disposals.splice(0).map((dispose) => dispose()));
});

async function met(): Promise<{ router: Router; presence: Presence; peer: Plain }> {
  const options = resolveBridgeOptions({
    secretKey: identity().secretKey, listen: [], topics: [topic],
    validate: () => accept, reputationOf: () => 0.5, onMessage: () => undefined,
  });
  const router = await startRouter(options, () => undefined);
  const presence = new Presence(router, new Refusals(() => undefined), 5_000);
  const peer = await plain('tcp');
  disposals.push(async () => router.engine.node.stop(), () => peer.stop());
  router.pubsub.subscribe(topic);
  await router.engine.node.dial(multiaddr(peer.addresses[0] ?? ''));
  await until('the peer is whole', () => presence.whole.includes(peer.peer));
  await until('it knows the topic', () => peer.pubsub.getSubscribers(topic).length === 1);
  return { router, presence, peer };
}

test('while a message is judged its stream is paused and bounded, and one message is judged at a time', async () => {
  const { router, peer } = await met();
  const during: (readonly [string, number])[] = [];
  let [judging, judgedAtOnce] = [0, 0];
  router.pubsub.topicValidators.set(topic, async (sender) => {
    judging += 1;
    judgedAtOnce = Math.max(judgedAtOnce, judging);
    const streams = router.streams(sender).filter(({ direction }) => direction === 'inbound');
    during.push(...streams.map(({ readStatus, maxReadBufferLength }) => [readStatus, maxReadBufferLength] as const));
    await new Promise(setImmediate);
    judging -= 1;
    return TopicValidatorResult.Accept;
  });
  await Promise.all(Array.from({ length: 50 }, (_, index) => peer.say(`${index}`)));
  await until('all are judged', () => during.length === 50);
  expect(new Set(during.map(String))).toEqual(new Set([`paused,${inboundBufferBytesMax}`]));
  expect(judgedAtOnce).toBe(1);
});

test('a peer that loses one of its streams is no longer whole', async () => {
  const { router, presence, peer } = await met();
  const streams = peer.node.getConnections().flatMap((connection) => connection.streams);
  const stream = streams.find(({ protocol, direction }) =>
    direction === 'outbound' && peer.pubsub.protocols.includes(protocol));
  stream?.abort(new Error('lost'));
  await until('it is noticed', () => presence.whole.length === 0);
  expect(router.connected.map(String)).toEqual([peer.peer]);
});
