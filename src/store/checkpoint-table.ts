/** The table of checkpoints of a SQLite file, its statements prepared. */
import type { SqlDatabase } from '../runtime/sqlite.ts'
import type { Change } from './backlog.ts'
import {
  checkpointOf,
  checkpointValues,
  FIND_CHECKPOINT,
  FORGET_CHECKPOINT,
  SAVE_CHECKPOINT,
} from './checkpoint-sql.ts'
import type { StoredCheckpoint } from './store.ts'

export type CheckpointTable = Readonly<{
  /** Does what a change says. */
  write: (change: Change) => void
  read: (callSid: string) => StoredCheckpoint | undefined
  /** Deletes up to `rows` checkpoints saved before a time in ms since 1970, and gives how many it were. */
  prune: (savedBefore: number, rows: number) => number
}>

const PRUNE = `
  delete from checkpoints where call_sid in (
    select call_sid from checkpoints where saved_at < ? order by saved_at limit ?
  )
`

/** Prepares the statements; the database must have been migrated. */
export const createCheckpointTable = (database: SqlDatabase): CheckpointTable => {
  const save = database.prepare(SAVE_CHECKPOINT)
  const forget = database.prepare(FORGET_CHECKPOINT)
  const find = database.prepare(FIND_CHECKPOINT)
  const prune = database.prepare(PRUNE)

  return {
    write: ({ callSid, forgets, checkpoint }) => {
      if (forgets > 0) forget.run(callSid, forgets)
      if (checkpoint) save.run(...checkpointValues(checkpoint))
    },
    read: (callSid) => {
      const row = find.get(callSid)
      return row && checkpointOf(row)
    },
    prune: (savedBefore, rows) => prune.run(savedBefore, rows),
  }
}
