/** What each store of checkpoints does with what it is told, whatever its engine: notes it, has it written soon, takes nothing after its end. */
import type { Backlog } from './backlog.ts'
import type { Store } from './store.ts'

export type StoreFrontOptions = Readonly<{
  backlog: Pick<Backlog, 'save' | 'forget'>
  /** Has the backlog written in a moment. */
  schedule: () => void
  /** Writes the backlog. Never rejects. */
  flush: () => Promise<void>
  /** Flushes and lets go of everything; called once. */
  close: () => Promise<void>
}>

/** Makes the front of a store. */
export const createStoreFront = (
  { backlog, schedule, flush, close }: StoreFrontOptions,
): Pick<Store, 'save' | 'forget' | 'flush' | 'close'> => {
  let closing: Promise<void> | undefined
  return {
    save: (checkpoint) => {
      if (closing) return
      backlog.save(checkpoint)
      schedule()
    },
    forget: (callSid, epoch) => {
      if (closing) return
      backlog.forget(callSid, epoch)
      schedule()
    },
    flush: () => closing ?? flush(),
    close: () => closing ??= close(),
  }
}
