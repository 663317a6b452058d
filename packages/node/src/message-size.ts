/**
 * What a message weighs in a frame, before it is written: bytes, and members told of. Bytes are exact, but for messages that tell of members: a claim is
 * counted as the longest there is, because its addresses are the shell's and change.
 */
import { claimBytesMax, messageOverheadBytes, publicKeyBytes, unreachable, type LogRange, type Message } from '@murmuration/protocol';

const logPointBytes = publicKeyBytes + 4 + 6;
const logNameBytes = 4 + 4 + 4;
const targetBytes = 4 + publicKeyBytes;

/** Members that a message tells of with all that lets others know them: each may cost its receiver a check. */
export function claimsIn(message: Message): number {
  switch (message.type) {
    case 'forward-join':
      return 1;
    case 'shuffle':
      return 1 + message.claims.length;
    case 'claims':
    case 'shuffle-reply':
      return message.claims.length;
    default:
      return 0;
  }
}

/** An upper bound, and the exact size where the message holds no claims. */
export function messageBytesMax(message: Message): number {
  return messageOverheadBytes + bodyBytesMax(message);
}

function bodyBytesMax(message: Message): number {
  switch (message.type) {
    case 'round':
      return 9;
    case 'frontier':
      return 3 + message.entries.length * logPointBytes;
    case 'ranges':
      return 11 + message.ranges.reduce((sum, range) => sum + rangeBytes(range), 0);
    case 'batch':
      return 2 + message.header.bytes;
    case 'ihave':
    case 'graft':
      return 2 + message.ids.length * (logPointBytes + 1);
    case 'prune':
      return 0;
    case 'ping':
      return 4;
    case 'ping-request':
    case 'nack':
      return targetBytes;
    case 'ack':
      return targetBytes + 8;
    case 'neighbor':
      return 1;
    case 'forward-join':
      return 1 + claimBytesMax;
    case 'shuffle':
      return 1 + claimBytesMax + claimsBytesMax(message.claims.length);
    case 'claims':
    case 'shuffle-reply':
      return claimsBytesMax(message.claims.length);
    default:
      return unreachable(message);
  }
}

function rangeBytes(range: LogRange): number {
  const head = logNameBytes + 1;
  switch (range.type) {
    case 'done':
      return head;
    case 'compare':
      return head + 8;
    case 'list':
    case 'want':
      return head + 2 + range.marks.length * (logNameBytes + 6);
    default:
      return unreachable(range);
  }
}

function claimsBytesMax(count: number): number {
  return 2 + count * claimBytesMax;
}
