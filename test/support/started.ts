/**
 * Processes that were started beside this one, and must not outlive it: a test that runs out of time never gets to where it would end
 * them itself.
 */
import process from 'node:process'

/** Ends a process as a crash would; one that is gone stays gone. */
export type End = () => unknown

const ends = new Set<End>()

/** Has a process ended with the test that starts it, or with this process where there is no test. */
export const endWithTest = (end: End): void => {
  if (ends.size === 0) process.once('exit', endAll)
  ends.add(end)
}

/** What was started and not ended yet. */
export const startedSoFar = (): ReadonlySet<End> => new Set(ends)

/** Ends what was started, but for what is `kept`. */
export const endStarted = (kept: ReadonlySet<End>): void => {
  for (const end of ends) {
    if (kept.has(end)) continue
    end()
    ends.delete(end)
  }
  if (ends.size === 0) process.off('exit', endAll)
}

const endAll = () => endStarted(new Set())
