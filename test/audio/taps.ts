/** The filter written out in full, as the textbook has it, to compare the folded one with. */
import { TAP_PAIRS } from '../../src/audio/filter-coefficients.ts'

/** All 95 taps at 24 kHz, for a gain of 1 in the pass band. */
export const expandedTaps = (): number[] => {
  const before = TAP_PAIRS.flatMap(([first, second]) => [first, second, 0]).slice(0, 47)
  return [...before, 1 / 3, ...before.toReversed()]
}
