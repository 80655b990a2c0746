/**
 * Lets the customers of an account take turns: Twilio's limit of calls a second is the account's, whoever's calls they are. Nobody
 * who asks for a turn comes second after somebody who asked later, so a customer with many calls does not hold up one with few.
 */
import type { Cancel, Clock } from '../clock.ts'

export type Turns = Readonly<{
  /** Asks for a turn; `take` is called when it has come, and says whether it was used. Gives what takes the request back. */
  ask: (take: () => boolean) => Cancel
}>

export type TurnsOptions = Readonly<{
  clock: Clock
  /** How many turns there are in a second; asked again for each. */
  perSecond: () => number
}>

/** Makes the turns of an account; the first is there at once. */
export const createTurns = ({ clock, perSecond }: TurnsOptions): Turns => {
  const asking = new Set<() => boolean>()
  let notBeforeMs = -Infinity
  let cancelTimer: Cancel | undefined

  const give = () => {
    for (const take of asking) {
      const waitMs = notBeforeMs - clock.nowMs()
      if (waitMs > 0) {
        cancelTimer ??= clock.after(waitMs, () => {
          cancelTimer = undefined
          give()
        })
        return
      }
      asking.delete(take)
      if (take()) notBeforeMs = clock.nowMs() + 1000 / perSecond()
    }
  }

  return {
    ask: (take) => {
      asking.add(take)
      give()
      return () => {
        asking.delete(take)
        if (asking.size > 0) return
        cancelTimer?.()
        cancelTimer = undefined
      }
    },
  }
}
