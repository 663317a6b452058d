/**
 * Which of two claims about one member holds (SWIM 2002, with (epoch, incarnation) for the incarnation). A later incarnation
 * always takes over: only the subject raises it. At the same incarnation the table decides; it is total, so `tsc` finds a
 * state that nobody thought of.
 */
import type { MemberState } from '@murmuration/protocol';

/** `takes`: the claim replaces what we hold. `keeps`: we hold something at least as strong. */
export type Precedence = 'takes' | 'keeps';

/** What a row can hold. `confirmed` is our own conclusion from several accusers; it does not travel. */
export type HeldState = MemberState | 'confirmed';

/** Held state, then claimed state, at one incarnation. Worse news wins; `left` is the subject's own word and ends it. */
export const sameIncarnation: Readonly<Record<HeldState, Readonly<Record<MemberState, Precedence>>>> = {
  alive: { alive: 'keeps', suspect: 'takes', dead: 'takes', left: 'takes' },
  suspect: { alive: 'keeps', suspect: 'keeps', dead: 'takes', left: 'takes' },
  confirmed: { alive: 'keeps', suspect: 'keeps', dead: 'takes', left: 'takes' },
  dead: { alive: 'keeps', suspect: 'keeps', dead: 'keeps', left: 'takes' },
  left: { alive: 'keeps', suspect: 'keeps', dead: 'keeps', left: 'keeps' },
};

/** `age` is positive where the claim speaks of a later incarnation than the one we hold. */
export function precedence(held: HeldState, claimed: MemberState, age: number): Precedence {
  if (age !== 0) return age > 0 ? 'takes' : 'keeps';
  return sameIncarnation[held][claimed];
}
