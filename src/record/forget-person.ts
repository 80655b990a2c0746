/** Deletes a person from what all machines share: every call they made or were called in, and how those sounded in the storage. */
import { noProgress, type StartProgress } from '../runtime/progress-bar.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { StoredCall, StoredRecordings } from './stored-recordings.ts'

export type ForgetFrom = Readonly<{
  record: Pick<RecordStore, 'forget' | 'list'>
  stored: Pick<StoredRecordings, 'remove'> | undefined
}>

/** What is gone. */
export type Forgotten = Readonly<{
  callSids: readonly string[]
  /** How many recordings were in the storage. */
  inStorage: number
}>

const PAGE = 200

/** Rejects when the database or the storage does not answer; it can then be done again. The storage is asked call by call. */
export const forgetPerson = async (
  { record, stored }: ForgetFrom,
  number: string,
  startProgress: StartProgress = noProgress,
): Promise<Forgotten> => {
  // The storage first: only the record knows what is there of whom.
  const inStorage = stored
    ? await removeStored(stored, await callsWith(record, number), startProgress)
    : 0
  return { callSids: await record.forget(number), inStorage }
}

const removeStored = async (
  stored: Pick<StoredRecordings, 'remove'>,
  calls: readonly StoredCall[],
  startProgress: StartProgress,
): Promise<number> => {
  const progress = await startProgress('calls in the storage', calls.length)
  let removed = 0
  try {
    for (const call of calls) {
      removed += await stored.remove([call])
      progress.advance()
    }
    return removed
  } finally {
    progress.stop()
  }
}

const callsWith = async (
  record: Pick<RecordStore, 'list'>,
  number: string,
): Promise<readonly StoredCall[]> => {
  const calls: StoredCall[] = []
  let page = await record.list({ number }, PAGE)
  while (page.length > 0) {
    calls.push(...page.map(({ customer, callSid }) => ({ customer, callSid })))
    page = await record.list({ number }, PAGE, page.at(-1))
  }
  return calls
}
