/** Which events of the node become log lines, and how loud. Refusals and warnings are told once, then counted. */
import type { MeshNode, NodeEvents, PeerId } from '@murmuration/node';
import type { Log } from '../log.ts';
import { RepeatLimit, repeatPeriodMs } from '../repeat-limit.ts';

type Level = 'error' | 'info' | 'debug';

const levels: { readonly [Type in Exclude<keyof NodeEvents, 'refused' | 'warning'>]: readonly [Level, string] } = {
  'member-joined': ['info', 'member joined'],
  'member-suspected': ['info', 'member suspected'],
  'member-recovered': ['info', 'member recovered'],
  'member-died': ['info', 'member died'],
  'member-left': ['info', 'member left'],
  'register-changed': ['debug', 'register changed'],
  'register-deleted': ['debug', 'register deleted'],
  'document-changed': ['debug', 'document changed'],
  converged: ['debug', 'converged'],
  'identity-cloned': ['error', 'another process uses this identity: writes are refused from here on'],
};

/** Writes the node's events to the log until the returned function is called. */
export function logEvents(node: MeshNode, log: Log): () => void {
  const limit = (message: string): RepeatLimit => new RepeatLimit({
    first: (reason, detail) => log.warn({ ...detail }, `${message}: ${reason}`),
    repeated: (reason, count) => log.warn({ count, periodMs: repeatPeriodMs }, `${message} again: ${reason}`),
  });
  const refused = limit('refused');
  const warned = limit('warning');
  const periods = setInterval(() => {
    refused.endPeriod();
    warned.endPeriod();
  }, repeatPeriodMs).unref();
  const ends = [
    node.on('refused', ({ reason, peer }) => noteIn(refused, reason, peer)),
    node.on('warning', ({ reason }) => noteIn(warned, reason)),
    ...Object.entries(levels).map(([type, [level, message]]) =>
      node.on(type as keyof typeof levels, (event) => log[level](withoutPayload(event), message))),
  ];
  return () => {
    for (const end of ends) end();
    clearInterval(periods);
    refused.endPeriod();
    warned.endPeriod();
  };
}

/** A stranger has another port each time; the reason without its address is what repeats. */
function noteIn(limit: RepeatLimit, sentence: string, peer?: PeerId): void {
  const [address] = /\/(?:ip4|ip6|dns[46]?)\/[^\s,;)]+/.exec(sentence) ?? [];
  const reason = address === undefined ? sentence : sentence.replace(address, '').replaceAll('  ', ' ').trim();
  limit.note(reason, { ...(address !== undefined && { address }), ...(peer !== undefined && { peer }) });
}

/** The key of a register is worth a debug line, its value is the application's. */
function withoutPayload(event: NodeEvents[keyof typeof levels]): Record<string, unknown> {
  if (!('author' in event)) return { ...event };
  return { author: event.author, register: event.key };
}
