/**
 * Deletes a person: every call they made or were called in, how those sounded, here and in the storage, and what they left.
 *
 * The record comes last, because only the record knows what there is of whom: what failed in the middle can be done again.
 */
import { noProgress, type StartProgress, sumOfEach } from '../runtime/progress-bar.ts'
import type { CallSummary, RecordStore } from '../store/record-store.ts'
import type { MessageBook } from '../tools/message-book.ts'
import type { CallFiles } from './call-files.ts'
import type { StoredRecordings } from './stored-recordings.ts'

export type ForgetFrom = Readonly<{
  record: Pick<RecordStore, 'forget' | 'list'>
  stored: Pick<StoredRecordings, 'remove'> | undefined
  /** What is on this machine. */
  recordings: Pick<CallFiles, 'remove'>
  eventLogs: Pick<CallFiles, 'remove'>
  messages: Pick<MessageBook, 'forget'>
}>

/** What is gone. */
export type Forgotten = Readonly<{
  callSids: readonly string[]
  /** Those of them that were on: whatever they say from now on is kept. */
  goingOn: readonly string[]
  /** How many there were, also in the storage. */
  recordings: number
  messages: number
  eventLogs: number
}>

const PAGE = 200

/** Rejects when the database, the disk or the storage does not do it; it can then be done again. The storage is asked call by call. */
export const forgetPerson = async (
  { record, stored, recordings, eventLogs, messages }: ForgetFrom,
  number: string,
  startProgress: StartProgress = noProgress,
): Promise<Forgotten> => {
  const calls = await callsOf(record, number)
  const known = calls.map(({ callSid }) => callSid)
  const inStorage = !stored ? 0 : await sumOfEach(
    startProgress,
    'calls in the storage',
    calls,
    ({ customer, callSid }) => stored.remove([{ customer, callSid }]),
  )
  const onDisk = await sumOfEach(startProgress, 'calls', known, (each) => recordings.remove([each]))
  const gone = {
    eventLogs: await eventLogs.remove(known),
    messages: await messages.forget(number, known),
  }
  return {
    callSids: await record.forget(number),
    goingOn: calls.flatMap(({ callSid, endedAt }) => endedAt === undefined ? [callSid] : []),
    recordings: inStorage + onDisk,
    ...gone,
  }
}

/** A number may also be that of a line, which is no person. */
const callsOf = async (
  record: Pick<RecordStore, 'list'>,
  number: string,
): Promise<readonly CallSummary[]> => {
  const calls: CallSummary[] = []
  let page = await record.list({ number }, PAGE)
  while (page.length > 0) {
    calls.push(
      ...page.filter(({ direction, from, to }) => number === (direction === 'inbound' ? from : to)),
    )
    page = await record.list({ number }, PAGE, page.at(-1))
  }
  return calls
}
