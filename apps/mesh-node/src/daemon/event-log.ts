/** Which events of the node become log lines, and how loud. Refusals and warnings are told once, then counted. */
import type { MeshNode, NodeEvent, NodeEvents } from '@murmuration/node';
import type { Log } from '../log.ts';
import { RepeatLimit, repeatPeriodMs } from '../repeat-limit.ts';

type Level = 'error' | 'info' | 'debug';

const levels: { readonly [Type in Exclude<NodeEvent['type'], 'refused' | 'warning'>]: readonly [Level, string] } = {
  'member-joined': ['info', 'member joined'],
  'member-suspected': ['info', 'member suspected'],
  'member-recovered': ['info', 'member recovered'],
  'member-died': ['info', 'member died'],
  'member-left': ['info', 'member left'],
  'register-changed': ['debug', 'register changed'],
  'register-deleted': ['debug', 'register deleted'],
  'document-changed': ['debug', 'document changed'],
  'document-refused': ['error', 'a change of a live document was refused'],
  'direct-message': ['debug', 'direct message'],
  converged: ['debug', 'converged'],
  'storage-failed': ['error', 'the disk failed: nothing more is kept, the node ends'],
  'identity-cloned': ['error', 'another process uses this identity: writes are refused from here on'],
};

/** Writes the node's events to the log until the returned function is called. */
export function logEvents(node: MeshNode, log: Log): () => void {
  const limit = new RepeatLimit({
    first: (_reason, { sentence, ...detail }) => log.warn(detail, String(sentence)),
    repeated: (reason, count) => log.warn({ count, periodMs: repeatPeriodMs }, `again: ${reason}`),
  });
  const periods = setInterval(() => limit.endPeriod(), repeatPeriodMs).unref();
  const ends = [
    node.on('refused', ({ reason, peer }) => {
      limit.note(`refused: ${withoutPorts(reason)}`, { sentence: `refused: ${reason}`, ...(peer !== undefined && { peer }) });
    }),
    node.on('warning', ({ reason }) => limit.note(reason, { sentence: reason })),
    ...Object.entries(levels).map(([type, [level, message]]) =>
      node.on(type as keyof typeof levels, (event) => log[level](withoutPayload(event), message))),
  ];
  return () => {
    for (const end of ends) end();
    clearInterval(periods);
    limit.endPeriod();
  };
}

/** A stranger calls from another port each time: the sentence without it is what repeats. */
export function withoutPorts(sentence: string): string {
  return sentence.replaceAll(/(\/(?:tcp|udp)\/|:)\d{1,5}\b/g, '$1*');
}

/** The key of a register and the sender of a message are worth a debug line, what they say is the application's. */
function withoutPayload(event: NodeEvents[keyof typeof levels]): Record<string, unknown> {
  if ('payload' in event) return { from: event.from, bytes: event.payload.length };
  if (!('author' in event)) return { ...event };
  return { author: event.author, register: event.key };
}
