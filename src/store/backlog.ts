/**
 * What a store has been told and has not yet written, one change a call however often it was told. It also keeps the newest
 * checkpoint of each call after it was written, because a file can be lost while the call is up.
 */
import type { StoredCheckpoint } from './store.ts'

/**
 * What is to be done to the row of a call: first forget what is there up to the epoch `forgets` (0 for nothing), then keep the
 * checkpoint. A higher epoch belongs to the process that has the call now.
 */
export type Change = Readonly<{
  callSid: string
  forgets: number
  checkpoint: StoredCheckpoint | undefined
}>

export type Backlog = Readonly<{
  save: (checkpoint: StoredCheckpoint) => void
  forget: (callSid: string, epoch: number) => void
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

  const put = (callSid: string, forgets: number) => {
    changes.set(callSid, { callSid, forgets, checkpoint: newest.get(callSid) })
  }

  return {
    save: (checkpoint) => {
      const { callSid, epoch } = checkpoint
      const known = newest.get(callSid)
      if (known && known.epoch > epoch) return
      newest.set(callSid, checkpoint)
      put(callSid, changes.get(callSid)?.forgets ?? 0)
    },
    forget: (callSid, epoch) => {
      newest.delete(callSid)
      put(callSid, Math.max(epoch, changes.get(callSid)?.forgets ?? 0))
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
      for (const callSid of newest.keys()) if (!changes.has(callSid)) put(callSid, 0)
    },
    dropBefore: (savedAt) => {
      for (const [callSid, checkpoint] of newest) {
        if (checkpoint.savedAt >= savedAt) continue
        newest.delete(callSid)
        const forgets = changes.get(callSid)?.forgets ?? 0
        if (forgets > 0) put(callSid, forgets)
        else changes.delete(callSid)
      }
    },
  }
}

/** The checkpoint of a call, from what was saved here and what was found in the database just now. */
export const latestOf = (
  backlog: Pick<Backlog, 'newest' | 'change'>,
  callSid: string,
  found: StoredCheckpoint | undefined,
): StoredCheckpoint | undefined => {
  const mine = backlog.newest(callSid)
  const change = backlog.change(callSid)
  if (isForgotten(change, found)) return mine
  // What was written may have been replaced by the machine that has the call now.
  return change ? newer(mine, found) : found
}

/** Whether what was written is to be forgotten, and is not that of another process. */
const isForgotten = (
  change: Change | undefined,
  found: StoredCheckpoint | undefined,
): boolean => change !== undefined && change.forgets > 0 && (found?.epoch ?? 0) <= change.forgets

/** The newer of what was saved here and what was found, which another process may have written. */
const newer = (
  mine: StoredCheckpoint | undefined,
  found: StoredCheckpoint | undefined,
): StoredCheckpoint | undefined => mine && found && found.epoch > mine.epoch ? found : mine ?? found

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
