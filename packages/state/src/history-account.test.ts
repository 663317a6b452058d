import type { PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { HistoryAccount } from './history-account.ts';
import { resolveStateOptions } from './options.ts';

const [one, other] = [0, 1] as [PeerIndex, PeerIndex];
const overheadBytes = 2_048;

function accountOf(limits: { logsPerAuthorMax?: number; historyBytesMax?: number; historyBytesPerAuthorMax?: number }): HistoryAccount {
  return new HistoryAccount(resolveStateOptions(limits));
}

describe('STA13: the account of history', () => {
  it('gives an author its number of logs and no more, and goes on with those it has', () => {
    const account = accountOf({ logsPerAuthorMax: 2 });
    account.add({ author: one, bytes: 1 }, true);
    expect(account.hasRoomFor(one, 1, true)).toBe(true);
    account.add({ author: one, bytes: 1 }, true);
    expect(account.hasRoomFor(one, 1, true)).toBe(false);
    expect(account.hasRoomFor(one, 1, false)).toBe(true);
    expect(account.hasRoomFor(other, 1, true)).toBe(true);
  });

  it('gives an author its bytes, what a batch costs beside them included', () => {
    const account = accountOf({ historyBytesPerAuthorMax: 2 * overheadBytes + 100 });
    account.add({ author: one, bytes: 60 }, true);
    expect(account.hasRoomFor(one, 40, false)).toBe(true);
    expect(account.hasRoomFor(one, 41, false)).toBe(false);
    expect(account.hasRoomFor(other, 41, true)).toBe(true);
  });

  it('is full for everybody when all of them together have filled it', () => {
    const account = accountOf({ historyBytesMax: 2 * overheadBytes + 100 });
    account.add({ author: one, bytes: 60 }, true);
    account.add({ author: other, bytes: 40 }, true);
    expect(account.hasRoomFor(one, 0, false)).toBe(false);
    expect(account.hasRoomFor(other, 0, false)).toBe(false);
  });
});
