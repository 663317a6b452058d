/**
 * Our reputation as gossipsub's application score (P5), and the weights beside it (gossipsub v1.1, peer scoring).
 *
 * | reputation | application score | at best, with +10 from topics | then |
 * | --- | --- | --- | --- |
 * | 1.0 | +10 | +20 | heard |
 * | 0.5, neutral | 0 | +10 | heard; its first rejected message costs 25, a second at once 75 more |
 * | just below 0.5 | -100 | -90 | graylisted (-80): nothing of it is read, nothing is sent to it |
 * | 0.0 | -200 | -190 | the same |
 *
 * All that a peer can earn in topics is capped at +10, so no good conduct there buys back a reputation.
 */
import type { PeerId } from '@murmuration/protocol';
import type { PeerScoreParams, PeerScoreThresholds, TopicScoreParams } from '@libp2p/gossipsub/score';
import { heartbeatMs, retainScoreMs } from './limits.ts';

/** Below it a peer is ignored (D11). */
export const reputationMin: number = 0.5;

/** Gossipsub's own thresholds, made visible. */
export const scoreThresholds: PeerScoreThresholds = {
  gossipThreshold: -10,
  publishThreshold: -50,
  graylistThreshold: -80,
  // Peer exchange is off; no score is enough.
  acceptPXThreshold: 1_000,
  opportunisticGraftThreshold: 5,
};

/** Most that topics can add. */
const topicScoreMax = 10;

/** For a reputation of 0..1: from 0.5 up 0 .. 10, below it -100 .. -200. What is no number counts as 0. */
export function applicationScore(reputation: number): number {
  if (reputation >= reputationMin) return (Math.min(1, reputation) - reputationMin) * 20;
  return -100 - (reputationMin - Math.max(0, reputation || 0)) * 200;
}

/**
 * Time in the mesh and first deliveries earn a little. Too few deliveries (P3) cost nothing: a bridged topic may be
 * silent. Invalid messages cost 25 times their number squared; the number fades by 3 % a second.
 */
const topicScore: TopicScoreParams = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.05,
  firstMessageDeliveriesDecay: 0.9,
  firstMessageDeliveriesCap: 100,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 5_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -25,
  invalidMessageDeliveriesDecay: 0.97,
};

/** Scores for these topics; `reputationOf` is asked at most once a heartbeat and peer. */
export function scoreParameters(topics: readonly string[], reputationOf: (peer: PeerId) => number): PeerScoreParams {
  return {
    topics: Object.fromEntries(topics.map((topic) => [topic, topicScore])),
    topicScoreCap: topicScoreMax,
    appSpecificScore: (peer) => applicationScore(reputationOf(peer as PeerId)),
    appSpecificWeight: 1,
    // Many peers behind one address may be one; on loopback they are a test or a machine of ours.
    IPColocationFactorWeight: -5,
    IPColocationFactorThreshold: 10,
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    // Grafting too early and not sending what was announced; a few happen to honest peers under load.
    behaviourPenaltyWeight: -10,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.9,
    decayInterval: heartbeatMs,
    decayToZero: 0.1,
    retainScore: retainScoreMs,
  };
}
