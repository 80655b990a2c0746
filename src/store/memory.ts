/** A store that lasts as long as the process: for tests, and to show in few lines what every store does. */
import type { Store, StoredCheckpoint } from './store.ts'

/** Makes an empty store. */
export const createMemoryStore = (): Store => {
  const newest = new Map<string, StoredCheckpoint>()
  let isClosed = false

  return {
    // Nobody else has these calls.
    id: () => undefined,
    save: (checkpoint) => {
      const kept = newest.get(checkpoint.callSid)
      if (isClosed || (kept && kept.epoch > checkpoint.epoch)) return
      newest.set(checkpoint.callSid, checkpoint)
    },
    forget: (callSid, epoch) => {
      if (!isClosed && (newest.get(callSid)?.epoch ?? 0) <= epoch) newest.delete(callSid)
    },
    load: (callSid) => Promise.resolve(newest.get(callSid)),
    flush: () => Promise.resolve(),
    close: () => {
      isClosed = true
      return Promise.resolve()
    },
  }
}
