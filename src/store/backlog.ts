/**
 * What a store has been told and has not yet written, one change a call however often it was told. It also keeps the newest
 * checkpoint of each call after it was written, because a file can be lost while the call is up.
 */
import type { StoredCheckpoint } from './store.ts'

/** What is to be done to the row of a call: first forget what is there, then keep the checkpoint. */
export type Change = Readonly<{
  callSid: string
  forgets: boolean
  checkpoint: StoredCheckpoint | undefined
}>

export type Backlog = Readonly<{
  save: (checkpoint: StoredCheckpoint) => void
  forget: (callSid: string) => void
  /** The newest checkpoint that was saved here and not forgotten. */
  newest: (callSid: string) => StoredCheckpoint | undefined
  /** What is to be done for a call; undefined when its row is as it should be. */
  change: (callSid: string) => Change | undefined
  /** How many calls have a change. */
  size: () => number
  /** The next changes to write, those that wait longest first: at least one if there is any. */
  next: (limit: BatchLimit) => readonly Change[]
  /** Takes changes out that are written, if nothing was told since. */
  done: (changes: readonly Change[]) => void
  /** Has everything written again, into a new file. */
  startOver: () => void
  /** Lets go of checkpoints that were saved before a time, in ms since 1970. */
  dropBefore: (savedAt: number) => void
}>

/** How much is written in one transaction: rows, and characters of their bodies. */
export type BatchLimit = Readonly<{ rows: number; chars: number }>

/** Makes an empty backlog. */
export const createBacklog = (): Backlog => {
  const newest = new Map<string, StoredCheckpoint>()
  // A change keeps its place when it is overtaken, so a call that saves all the time waits no longer than others.
  const changes = new Map<string, Change>()

  const put = (callSid: string, forgets: boolean) => {
    changes.set(callSid, { callSid, forgets, checkpoint: newest.get(callSid) })
  }

  return {
    save: (checkpoint) => {
      const { callSid, epoch } = checkpoint
      const known = newest.get(callSid)
      if (known && known.epoch > epoch) return
      newest.set(callSid, checkpoint)
      put(callSid, changes.get(callSid)?.forgets ?? false)
    },
    forget: (callSid) => {
      newest.delete(callSid)
      put(callSid, true)
    },
    newest: (callSid) => newest.get(callSid),
    change: (callSid) => changes.get(callSid),
    size: () => changes.size,
    next: (limit) => within(limit, changes.values()),
    done: (written) => {
      for (const change of written) {
        if (changes.get(change.callSid) === change) changes.delete(change.callSid)
      }
    },
    startOver: () => {
      for (const callSid of newest.keys()) if (!changes.has(callSid)) put(callSid, false)
    },
    dropBefore: (savedAt) => {
      for (const [callSid, checkpoint] of newest) {
        if (checkpoint.savedAt >= savedAt) continue
        newest.delete(callSid)
        if (changes.get(callSid)?.forgets) put(callSid, true)
        else changes.delete(callSid)
      }
    },
  }
}

const within = (limit: BatchLimit, changes: Iterable<Change>): readonly Change[] => {
  const batch: Change[] = []
  let chars = 0
  for (const change of changes) {
    chars += change.checkpoint?.body.length ?? 0
    if (batch.length > 0 && (batch.length === limit.rows || chars > limit.chars)) break
    batch.push(change)
  }
  return batch
}
