/** The table of checkpoints in SQL, the same for each engine: one row a call, behind a fence that a machine which lost a call cannot pass. */
import type { StoredCheckpoint } from './store.ts'

/**
 * Keeps a checkpoint; takes the values of `checkpointValues`. At the same epoch the later write counts and not the later time, because
 * clocks are set back.
 */
export const SAVE_CHECKPOINT = `
  insert into checkpoints (call_sid, epoch, owner, saved_at, body) values (?, ?, ?, ?, ?)
  on conflict (call_sid) do update set
    epoch = excluded.epoch, owner = excluded.owner, saved_at = excluded.saved_at, body = excluded.body
  where excluded.epoch >= checkpoints.epoch
`

/** Forgets a call up to an epoch. */
export const FORGET_CHECKPOINT = 'delete from checkpoints where call_sid = ? and epoch <= ?'

/** Finds the checkpoint of a call. */
export const FIND_CHECKPOINT =
  'select call_sid, epoch, owner, saved_at, body from checkpoints where call_sid = ?'

/** Gives the values of a row to save. */
export const checkpointValues = (
  { callSid, epoch, owner, savedAt, body }: StoredCheckpoint,
): readonly [string, number, string, number, string] => [callSid, epoch, owner, savedAt, body]

/** Reads a row that was found. */
export const checkpointOf = (row: Readonly<Record<string, unknown>>): StoredCheckpoint => ({
  callSid: String(row.call_sid),
  epoch: Number(row.epoch),
  owner: String(row.owner),
  savedAt: Number(row.saved_at),
  body: String(row.body),
})
