/** What the writer has to know of each of our two logs: what fits into it, how it is encoded, and how often it may be signed. */
import {
  documentNameBytesMax,
  documentUpdateBytesMax,
  encodeMessages,
  encodeText,
  encodeUpdates,
  messageBytesMax,
  originBytesMax,
  registerKeyBytesMax,
  registerValueBytesMax,
  topicBytesMax,
  unreachable,
  type MessageUpdate,
  type Update,
} from '@murmuration/protocol';

/** The form of one log. */
export interface LogForm<Item> {
  /** The limits of an item, for people. */
  readonly limit: string;
  /** The limits that every receiver checks. */
  isWellFormed(item: Item): boolean;
  encode(items: readonly Item[]): Uint8Array;
  /** Does an item mean nothing without the author's items before it? */
  buildsOnOthers(item: Item): boolean;
  /** What comes sooner after a batch waits for so long, and shares the next one. */
  readonly gapMs: number;
  /** Where batches are sealed late the gap is so many times as long as they were late, up to half a second. */
  readonly gapPerLateMs: number;
}

/** Guess: who speaks waits no longer than this for what it saves. */
const gapMsMax = 500;

/** The gap after a batch, where so much gathers that batches are sealed so late: a busy node says more at a time, which costs everybody less. */
export function gapOf({ gapMs, gapPerLateMs }: Pick<LogForm<unknown>, 'gapMs' | 'gapPerLateMs'>, lateMs: number): number {
  return Math.max(gapMs, Math.min(gapMsMax, gapPerLateMs * lateMs));
}

export const stateForm: LogForm<Update> = {
  limit: `names are well-formed Unicode; a key has 1 to ${registerKeyBytesMax} bytes, a register's value at most ${registerValueBytesMax}, ` +
    `a document's name 1 to ${documentNameBytesMax}, a change of a document at most ${documentUpdateBytesMax}`,
  isWellFormed: isWellFormedUpdate,
  encode: encodeUpdates,
  // An edit of a document refers to those before it.
  buildsOnOthers: ({ type }) => type === 'document-update',
  // Whoever waits for its write waits for the disk.
  gapMs: 0,
  gapPerLateMs: 0,
};

export const messageForm: LogForm<MessageUpdate> = {
  limit: `a topic is well-formed Unicode of 1 to ${topicBytesMax} bytes, a payload has at most ${messageBytesMax}`,
  isWellFormed: ({ topic, payload, origin }) =>
    isTopic(topic) && payload.length <= messageBytesMax && origin.length <= originBytesMax,
  encode: encodeMessages,
  buildsOnOthers: () => false,
  // Every batch costs every node a signature of some 50 µs: at 100 batches a second that is half a percent of a core per author.
  gapMs: 10,
  // Guess: a fifth of the time for batches, the rest for what keeps us.
  gapPerLateMs: 4,
};

/** Can this be a topic? */
export function isTopic(topic: string): boolean {
  return isName(topic, topicBytesMax);
}

function isWellFormedUpdate(update: Update): boolean {
  switch (update.type) {
    case 'register-set':
      return isName(update.key, registerKeyBytesMax) && update.value.length <= registerValueBytesMax;
    case 'register-delete':
      return isName(update.key, registerKeyBytesMax);
    case 'document-update':
      return isName(update.document, documentNameBytesMax) && update.update.length <= documentUpdateBytesMax;
    default:
      return unreachable(update);
  }
}

/**
 * Lengths first: what is far too long is not encoded. Half a surrogate pair has no UTF-8: two such names would become one.
 */
function isName(name: string, bytesMax: number): boolean {
  return name !== '' && name.length <= bytesMax && name.isWellFormed() && encodeText(name).length <= bytesMax;
}
