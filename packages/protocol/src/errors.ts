/** Errors that callers see. Peers' faults are verdicts and our own bugs assertions; neither is one of these. */

/** The codes that this package raises, each with what it tells beside the message. */
export interface ProtocolErrorDetails {
  /** The caller's: options break their rules. All violations at once; nothing was started. */
  'invalid-options': { readonly violations: readonly string[] };
}

/** An error with a code to branch on and typed details. Packages extend the details with codes of their own. */
export class MeshError<Details, Code extends keyof Details & string = keyof Details & string> extends Error {
  readonly code: Code;
  readonly details: Details[Code];
  readonly isRetryable: boolean;

  constructor(code: Code, message: string, details: Details[Code], how: { isRetryable?: boolean; cause?: unknown } = {}) {
    super(message, how.cause === undefined ? undefined : { cause: how.cause });
    this.name = 'MeshError';
    this.code = code;
    this.details = details;
    this.isRetryable = how.isRetryable === true;
  }
}
