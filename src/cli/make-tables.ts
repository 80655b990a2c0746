/**
 * Makes the tables of a record that is a file, and tries until it can: a disk that was full when the service started has room some
 * day, and what was to be written down meanwhile waits for that in the journal.
 */
import type { Cancel, Clock } from '../clock.ts'
import type { StoreError } from '../errors.ts'
import type { RecordStore } from '../store/record-store.ts'

const AGAIN_MS = 30_000

/** Begins at once, and is not waited for: the record asks nothing before it is done. Gives what ends the trying. */
export const makeTables = (
  record: Pick<RecordStore, 'migrate'>,
  clock: Pick<Clock, 'after'>,
  onError: (error: StoreError) => void,
): Cancel => {
  let isOver = false
  let cancel: Cancel = () => {}
  const attempt = (): void => {
    record.migrate().catch((error: StoreError) => {
      onError(error)
      if (!isOver) cancel = clock.after(AGAIN_MS, attempt)
    })
  }
  attempt()
  return () => {
    isOver = true
    cancel()
  }
}
