/** How commands reach the record: where the environment says, whether the service runs or not. */
import { parseEnvironment } from '../config/environment.ts'
import { StoreError } from '../errors.ts'
import type { CallFiles } from '../record/call-files.ts'
import { createEventLogs, eventLogsIn } from '../record/event-logs.ts'
import { createRecordings, type Recordings, recordingsIn } from '../record/recordings.ts'
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
  engine: 'sqlite' | 'postgres'
  dataFolder: string
}>

/** Opens the record for a command and closes it after. What the database cannot do is said, and the command fails. */
export const withRecord = async (
  context: CommandContext,
  action: (access: RecordAccess) => Promise<ExitCode>,
  { migrates = true } = {},
): Promise<ExitCode> => {
  // Who looks at the record needs none of the keys that a service in production does.
  const parsed = parseEnvironment({ ...context.variables, NODE_ENV: undefined })
  if ('problems' in parsed) {
    for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
    return 2
  }
  const { dataFolder, databaseUrl } = parsed.environment
  const { clock } = context
  const database = await openDatabase({ databaseUrl, dataFolder, clock })
  const onError = ({ message }: StoreError) => context.err(message)
  const writer = createRecordWriter({ database, journal: noJournal, clock, onError })
  const record = createRecordStore(database, writer, Date.now)
  const recordings = createRecordings({ ...files, mendStart }, recordingsIn(dataFolder))
  try {
    // A file is this machine's own; for a database that others share an operator decides.
    if (migrates && database.engine === 'sqlite') await record.migrate()
    const eventLogs = createEventLogs(files, eventLogsIn(dataFolder))
    return await action({ record, recordings, eventLogs, engine: database.engine, dataFolder })
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    context.err(error.message)
    return 1
  } finally {
    await record.close()
  }
}
