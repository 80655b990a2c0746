/** Keeps a failure that goes on from filling the log. */
import type { Clock } from '../clock.ts'
import type { StoreError } from '../errors.ts'

/** Says yes to each name at most once in `everyMs`. */
export const createPacer = <Name>(clock: Pick<Clock, 'nowMs'>, everyMs: number) => {
  const lastMs = new Map<Name, number>()
  return (name: Name): boolean => {
    const last = lastMs.get(name)
    if (last !== undefined && clock.nowMs() - last < everyMs) return false
    lastMs.set(name, clock.nowMs())
    return true
  }
}

const TELL_AGAIN_MS = 60_000

/** Gives what tells `onError` of each kind of error at most once a minute. */
export const createTeller = (
  clock: Pick<Clock, 'nowMs'>,
  onError: (error: StoreError) => void,
) => {
  const isDue = createPacer<StoreError['code']>(clock, TELL_AGAIN_MS)
  return (error: StoreError): void => {
    if (isDue(error.code)) onError(error)
  }
}
