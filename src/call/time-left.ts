/**
 * How long a call may go on: as long as its customer allows, or as its money lasts. Money runs out at no fixed moment, so when it
 * will is reckoned from what the call has cost so far; then a minute before is a minute before, whatever ends the call.
 */
import type { Live } from './state.ts'

/** When the call has talked for so long it is to end, and why. */
export type TimeIsUp = Readonly<{ reason: 'max-duration' | 'cost-limit'; atMs: number }>

/** Says when a call that has talked for `talkedMs` is to end: at once if `atMs` is not later. */
export const timeIsUp = (
  { rules: { maxDurationMs, maxCostNano = Infinity }, spentNano }: Pick<
    Live,
    'rules' | 'spentNano'
  >,
  talkedMs: number,
): TimeIsUp => {
  const paidForMs = spentNano > 0 ? talkedMs * maxCostNano / spentNano : Infinity
  return paidForMs < maxDurationMs
    ? { reason: 'cost-limit', atMs: paidForMs }
    : { reason: 'max-duration', atMs: maxDurationMs }
}
