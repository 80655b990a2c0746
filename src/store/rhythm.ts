/** When and how much a store of checkpoints writes, whatever its engine. */
import type { BatchLimit } from './backlog.ts'

/** How long changes are gathered, and the least time between two transactions. */
export const BATCH_MS = 50
/** What one transaction writes at most, so that it is over before a frame of audio is late. */
export const BATCH: BatchLimit = { rows: 64, chars: 512 * 1024 }
/** How long a database that could not be written to is left alone. */
export const RETRY_MS = 1_000
/** How long the checkpoint of a call that nobody took up is kept. */
export const KEPT_MS = 24 * 60 * 60 * 1_000
/** How often those that are older are deleted. */
export const PRUNE_EVERY_MS = 60 * 60 * 1_000
