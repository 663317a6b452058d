import { describe, expect, it } from 'vitest';
import { messageOverheadBytes } from './codec.ts';
import {
  addressBytesMax, addressesPerPeerMax, batchBytesMax, batchIdsPerMessageMax, claimBytesMax, claimsPerMessageMax,
  documentNameBytesMax, documentUpdateBytesMax, frameBytesMax, frontierEntriesMax, helloBytesMax, rangesPerMessageMax,
  registerKeyBytesMax, registerValueBytesMax, scopeBytesMax, updatesPerBatchMax,
} from './limits.ts';

/** Everything of a batch but its scope and payload: the drawing in envelope.ts, lengths and signature included. */
const envelopeBytes = 4 + 16 + 32 + 4 + 6 + 2 + 32 + 6 + 2 + 2 + 4 + 64;
const addressesBytes = 1 + addressesPerPeerMax * (2 + addressBytesMax);
const room = batchBytesMax - envelopeBytes - scopeBytesMax;

describe('limits agree with each other', () => {
  it('the largest batch, frontier, comparison of ranges, announcement and shuffle fit a frame', () => {
    expect(1 + messageOverheadBytes + 1 + batchBytesMax).toBeLessThanOrEqual(frameBytesMax);
    expect(1 + messageOverheadBytes + 3 + frontierEntriesMax * (32 + 4 + 6)).toBeLessThanOrEqual(frameBytesMax);
    expect(1 + messageOverheadBytes + 11 + rangesPerMessageMax * (12 + 1 + 8) + frontierEntriesMax * (12 + 6)).toBeLessThanOrEqual(frameBytesMax);
    expect(1 + messageOverheadBytes + 2 + batchIdsPerMessageMax * (32 + 4 + 6 + 1)).toBeLessThanOrEqual(frameBytesMax);
    expect(1 + messageOverheadBytes + 1 + 2 + (1 + claimsPerMessageMax) * claimBytesMax).toBeLessThanOrEqual(frameBytesMax);
  });

  it('the longest greeting is no longer than a greeting may be', () => {
    expect(1 + 4 + 16 + 64 + addressesBytes).toBeLessThanOrEqual(helloBytesMax);
  });

  it('the largest register, and the largest document update, fit a batch', () => {
    expect(1 + 2 + registerKeyBytesMax + 4 + registerValueBytesMax).toBeLessThanOrEqual(room);
    expect(1 + 2 + documentNameBytesMax + 4 + documentUpdateBytesMax).toBeLessThanOrEqual(room);
  });

  it('as many updates as a batch may count fit it at 20 bytes each', () => {
    expect(updatesPerBatchMax * 20).toBeLessThanOrEqual(room);
  });
});
