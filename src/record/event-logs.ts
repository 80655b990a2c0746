/** The event logs on this machine: `<folder>/<customer>/<callSid>.jsonl`. */
import { callFilePath, type CallFiles, type CallFolder, createCallFiles } from './call-files.ts'

/** Where the event logs are in a data folder. */
export const eventLogsIn = (dataFolder: string): string => `${dataFolder}/events`

/** Where the event log of a call is or will be. */
export const eventLogPath = (folder: string, customer: string, callSid: string): string =>
  callFilePath(folder, customer, callSid, KIND)

const KIND = 'jsonl'

/** Gives access to the event logs in a folder, which need not be there. */
export const createEventLogs = (disk: CallFolder, folder: string): CallFiles =>
  createCallFiles(disk, folder, KIND)
