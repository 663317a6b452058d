import { describe, expect, it } from 'vitest';
import { MeshError } from './errors.ts';

interface Details {
  'disk-full': { readonly path: string };
}

describe('MeshError', () => {
  it('is an Error with a code to branch on, its details and its cause', () => {
    const cause = new Error('ENOSPC');
    const how = { isRetryable: true, cause };
    const error = new MeshError<Details>('disk-full', 'the log cannot grow', { path: 'log' }, how);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MeshError', message: 'the log cannot grow', code: 'disk-full', details: { path: 'log' }, isRetryable: true,
    });
    expect(error.cause).toBe(cause);
  });

  it('is not retryable and names no cause unless told', () => {
    const error = new MeshError<Details>('disk-full', 'the log cannot grow', { path: 'log' });
    expect(error.isRetryable).toBe(false);
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });
});
