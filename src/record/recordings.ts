/** The recordings on this machine: `<folder>/<customer>/<callSid>.wav`. */
import { MU_LAW_HEAD_BYTES, muLawHead } from '../audio/mu-law-wav.ts'
import type { mendStart } from '../runtime/growing-file.ts'

/** The slice of the disk that is needed. */
export type RecordingFiles = Readonly<{
  list: (folder: string) => Promise<readonly string[]>
  changedAt: (path: string) => Promise<number | undefined>
  remove: (path: string) => Promise<void>
  mendStart: typeof mendStart
}>

export type Recordings = Readonly<{
  /** Where the recording of a call is; undefined when this machine has none. */
  find: (callSid: string) => Promise<string | undefined>
  /** Deletes the recordings of calls; gives how many there were. */
  remove: (callSids: readonly string[]) => Promise<number>
  /** Deletes what a customer has from before a time, in ms since 1970; gives how much it was. */
  removeBefore: (customer: string, before: number) => Promise<number>
  /** Writes the lengths into recordings that a process left when it died; gives how many there were. */
  mend: () => Promise<number>
}>

/** Where the recordings are in a data folder. */
export const recordingsIn = (dataFolder: string): string => `${dataFolder}/recordings`

/** Where the recording of a call is or will be. */
export const recordingPath = (folder: string, customer: string, callSid: string): string =>
  `${folder}/${customer}/${callSid}.wav`

const CALL = /^CA[0-9a-zA-Z]+$/
/** As the files of customers are named; what else lies there is not ours. */
const CUSTOMER = /^[a-z0-9][a-z0-9-]*$/
const CHANNELS = 2

/** Gives access to the recordings in a folder, which need not be there. */
export const createRecordings = (files: RecordingFiles, folder: string): Recordings => {
  const customers = async () => (await files.list(folder)).filter((name) => CUSTOMER.test(name))

  const find = async (callSid: string): Promise<string | undefined> => {
    // What an operator asks for may be no name of a call, but of another file.
    if (!CALL.test(callSid)) return undefined
    for (const customer of await customers()) {
      const path = recordingPath(folder, customer, callSid)
      if (await files.changedAt(path) !== undefined) return path
    }
  }

  const wavsOf = async (customer: string): Promise<readonly string[]> =>
    (await files.list(`${folder}/${customer}`))
      .filter((name) => name.endsWith('.wav'))
      .map((name) => `${folder}/${customer}/${name}`)

  return {
    find,
    remove: async (callSids) => {
      let removed = 0
      for (const callSid of callSids) {
        const path = await find(callSid)
        if (path === undefined) continue
        await files.remove(path)
        removed += 1
      }
      return removed
    },
    removeBefore: async (customer, before) => {
      let removed = 0
      for (const path of await wavsOf(customer)) {
        const changedAt = await files.changedAt(path)
        if (changedAt === undefined || changedAt >= before) continue
        await files.remove(path)
        removed += 1
      }
      return removed
    },
    mend: async () => {
      let mended = 0
      for (const customer of await customers()) {
        for (const path of await wavsOf(customer)) {
          if (await files.mendStart(path, MU_LAW_HEAD_BYTES, trueHead)) mended += 1
        }
      }
      return mended
    },
  }
}

/** The head that a file of this size should have; undefined when it has it, or is no recording yet. */
const trueHead = (head: Uint8Array, sizeBytes: number): Uint8Array | undefined => {
  const audioBytes = sizeBytes - MU_LAW_HEAD_BYTES
  if (audioBytes < 0) return undefined
  const better = muLawHead(CHANNELS, audioBytes - audioBytes % CHANNELS)
  return better.every((byte, at) => byte === head[at]) ? undefined : better
}
