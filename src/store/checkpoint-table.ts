/** The table of checkpoints: one row a call, and the fence that keeps a machine that lost a call from writing over it. */
import type { SqlDatabase, SqlRow } from '../runtime/sqlite.ts'
import type { Change } from './backlog.ts'
import type { StoredCheckpoint } from './store.ts'

export type CheckpointTable = Readonly<{
  /** Does what a change says. */
  write: (change: Change) => void
  read: (callSid: string) => StoredCheckpoint | undefined
  /** Deletes up to `rows` checkpoints saved before a time in ms since 1970, and gives how many it were. */
  prune: (savedBefore: number, rows: number) => number
}>

// At the same epoch the later write counts and not the later time: clocks are set back.
const SAVE = `
  insert into checkpoints (call_sid, epoch, owner, saved_at, body) values (?, ?, ?, ?, ?)
  on conflict (call_sid) do update set
    epoch = excluded.epoch, owner = excluded.owner, saved_at = excluded.saved_at, body = excluded.body
  where excluded.epoch >= checkpoints.epoch
`

const PRUNE = `
  delete from checkpoints where call_sid in (
    select call_sid from checkpoints where saved_at < ? order by saved_at limit ?
  )
`

/** Prepares the statements; the database must have been migrated. */
export const createCheckpointTable = (database: SqlDatabase): CheckpointTable => {
  const save = database.prepare(SAVE)
  const forget = database.prepare('delete from checkpoints where call_sid = ? and epoch <= ?')
  const find = database.prepare(
    'select call_sid, epoch, owner, saved_at, body from checkpoints where call_sid = ?',
  )
  const prune = database.prepare(PRUNE)

  return {
    write: ({ callSid, forgets, checkpoint }) => {
      if (forgets > 0) forget.run(callSid, forgets)
      if (!checkpoint) return
      const { epoch, owner, savedAt, body } = checkpoint
      save.run(callSid, epoch, owner, savedAt, body)
    },
    read: (callSid) => {
      const row = find.get(callSid)
      return row && checkpointOf(row)
    },
    prune: (savedBefore, rows) => prune.run(savedBefore, rows),
  }
}

const checkpointOf = (row: SqlRow): StoredCheckpoint => ({
  callSid: String(row.call_sid),
  epoch: Number(row.epoch),
  owner: String(row.owner),
  savedAt: Number(row.saved_at),
  body: String(row.body),
})
