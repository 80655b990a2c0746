/** What is done to a file that is kept of a call: one thing after the other, and never in the way of the call. */

export type FileWork = Readonly<{
  /** Does this when all before is done. Returns at once. */
  then: (action: () => Promise<void>) => void
  /** Says why nothing more is written; only the first reason is told. */
  fail: (problem: string) => void
  hasFailed: () => boolean
  /** Resolves when nothing waits any more. Never rejects. */
  settled: () => Promise<void>
}>

/** Begins with nothing to do; an action that rejects has failed, those behind it are done all the same. */
export const createFileWork = (failed: (problem: string) => void): FileWork => {
  let isFailed = false
  let last = Promise.resolve()

  const fail = (problem: string) => {
    if (isFailed) return
    isFailed = true
    failed(problem)
  }

  const attempt = async (action: () => Promise<void>) => {
    try {
      await action()
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    then: (action) => {
      last = last.then(() => attempt(action))
    },
    fail,
    hasFailed: () => isFailed,
    settled: () => last,
  }
}
