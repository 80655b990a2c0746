/**
 * What is kept of a call so that it can be resumed after its process has died. A store never throws and never makes a call
 * wait: what it cannot do is told to the operator, and the call goes on.
 */

/** The resumable state of a call as it is kept. */
export type StoredCheckpoint = Readonly<{
  callSid: string
  /** How often the call was resumed; a checkpoint never replaces one with a higher epoch. */
  epoch: number
  /** The machine that holds the call. */
  owner: string
  /** When it was made, in ms since 1970. */
  savedAt: number
  /** The state itself, JSON that the caller makes and reads; up to some 100 KB. */
  body: string
}>

/** Higher than that of any call: for forgetting one whoever has it. */
export const ANY_EPOCH = 2 ** 31 - 1

export type Store = Readonly<{
  /** Names what this store keeps its calls in: who names the same has the same calls. Undefined when it cannot be told. */
  id: () => string | undefined
  /** Keeps a checkpoint. Returns at once; only the newest of a call is written, a moment later. */
  save: (checkpoint: StoredCheckpoint) => void
  /** Forgets a call that needs no resuming any more, up to an epoch: a higher one is that of a process that has taken it up since. */
  forget: (callSid: string, epoch: number) => void
  /** Gives the newest checkpoint of a call, written yet or not. */
  load: (callSid: string) => Promise<StoredCheckpoint | undefined>
  /** Writes what was saved and forgotten so far. Resolves when that was done, or could not be and was told. */
  flush: () => Promise<void>
  /** Flushes and lets go of everything; what is saved afterwards is not kept. */
  close: () => Promise<void>
}>
