/** How commands reach the record: where the environment says, whether the service runs or not. */
import { type Environment, parseEnvironment } from '../config/environment.ts'
import { parseService } from '../config/service.ts'
import { StoreError, UpstreamError } from '../errors.ts'
import type { CallFiles } from '../record/call-files.ts'
import { createEventLogs, eventLogsIn } from '../record/event-logs.ts'
import { createStorage } from '../record/open-storage.ts'
import { createRecordings, type Recordings, recordingsIn } from '../record/recordings.ts'
import type { StoredRecordings } from '../record/stored-recordings.ts'
import * as files from '../runtime/files.ts'
import { mendStart } from '../runtime/growing-file.ts'
import { noJournal } from '../store/journal.ts'
import { openDatabase } from '../store/open-record.ts'
import { createRecordStore, type RecordStore } from '../store/record-store.ts'
import { createRecordWriter } from '../store/record-writer.ts'
import type { CommandContext, ExitCode } from './command.ts'

export type RecordAccess = Readonly<{
  record: RecordStore
  recordings: Recordings
  eventLogs: CallFiles
  /** What is in the storage that the service file names. */
  stored: StoredRecordings | undefined
  engine: 'sqlite' | 'postgres'
  dataFolder: string
}>

/** Opens the record for a command and closes it after. What the database cannot do is said, and the command fails. */
export const withRecord = async (
  context: CommandContext,
  action: (access: RecordAccess) => Promise<ExitCode>,
  { migrates = true, statementMs }: Readonly<{ migrates?: boolean; statementMs?: number }> = {},
): Promise<ExitCode> => {
  // Who looks at the record needs none of the keys that a service in production does.
  const parsed = parseEnvironment({ ...context.variables, NODE_ENV: undefined })
  if ('problems' in parsed) {
    for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
    return 2
  }
  const { dataFolder, databaseUrl } = parsed.environment
  const { clock } = context
  const database = openDatabase({ databaseUrl, dataFolder, statementMs })
  const onError = ({ message }: StoreError) => context.err(message)
  const record = createRecordStore(
    database,
    (database) => createRecordWriter({ database, journal: noJournal, clock, onError }),
    Date.now,
  )
  const recordings = createRecordings({ ...files, mendStart }, recordingsIn(dataFolder))
  try {
    // A file is this machine's own; for a database that others share an operator decides.
    if (migrates && database.engine === 'sqlite') await record.migrate()
    const eventLogs = createEventLogs(files, eventLogsIn(dataFolder))
    const stored = await storedOf(parsed.environment)
    const { engine } = database
    return await action({ record, recordings, stored, eventLogs, engine, dataFolder })
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof UpstreamError)) throw error
    context.err(error.message)
    return 1
  } finally {
    await record.close()
  }
}

/** A service file that has mistakes, or is not there, names no storage. */
const storedOf = async (
  { configFolder, storageKeys }: Environment,
): Promise<StoredRecordings | undefined> => {
  const path = `${configFolder}/tandem.yaml`
  const text = await files.read(path).catch(() => undefined)
  const { service } = parseService(text === undefined ? undefined : { path, text })
  const storage = createStorage({
    storage: () => service?.storage,
    keys: storageKeys,
    fetch,
    now: Date.now,
  })
  return storage()?.recordings
}
