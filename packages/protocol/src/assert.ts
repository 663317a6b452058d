/** Our own bugs end here. What a peer sends never reaches an assertion: it is a verdict. */

/** Throws if a statement that our code guarantees is false. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`murmuration bug: ${claim}`);
}

/** Marks a branch that the types exclude; `tsc` fails where a union gains a member that nobody handles. */
export function unreachable(value: never): never {
  throw new Error(`murmuration bug: unhandled ${JSON.stringify(value)}`);
}
