/**
 * Ids in the shape of the real ones, counted instead of drawn, so that a session on a fake clock
 * says the same twice.
 */

/** Makes the next id of a kind, such as `item_k3v9q0000000000000007`. */
export type Ids = (
  kind: 'sess' | 'conv' | 'item' | 'resp' | 'event' | 'call' | 'mcp' | 'mcpl' | 'mcpr',
) => string

/** Makes ids that no session with another `seed` (letters and digits) makes. */
export const createIds = (seed: string): Ids => {
  let count = 0
  return (kind) => `${kind}_${seed}${String(++count).padStart(21 - seed.length, '0')}`
}
