/** Deletes a person from what all machines share: every call they made or were called in, and how those sounded in the storage. */
import { noProgress, type StartProgress, sumOfEach } from '../runtime/progress-bar.ts'
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
  const calls = stored ? await callsWith(record, number) : []
  const inStorage = await sumOfEach(
    startProgress,
    'calls in the storage',
    calls,
    async (call) => await stored?.remove([call]) ?? 0,
  )
  return { callSids: await record.forget(number), inStorage }
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
