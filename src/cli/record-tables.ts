/** The tables of the record when a service starts: those of a file are made, those of a PostgreSQL are only looked at. */
import type { Cancel, Clock } from '../clock.ts'
import { StoreError } from '../errors.ts'
import type { RecordStore } from '../store/record-store.ts'

const AGAIN_MS = 30_000

/**
 * Makes them, and tries until it can: a disk that was full has room some day, and what was to be written down meanwhile waits for that
 * in the journal. Is not waited for, as the record asks nothing before it is done. Gives what ends the trying.
 */
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

/** Tells at once of a database that is away or lacks tables, and not with the first call. An operator makes them: `tandem migrate`. */
export const lookAtTables = async (
  record: Pick<RecordStore, 'standing'>,
  onError: (error: StoreError) => void,
): Promise<void> => {
  const look = async (): Promise<void> => {
    const { version, missing } = await record.standing()
    if (missing.length === 0) return
    const problem = `the record is at version ${version}, and this program needs ${missing.at(-1)}`
    onError(new StoreError('store-not-migrated', `${problem}; run \`tandem migrate\``))
  }
  await look().catch(onError)
}
