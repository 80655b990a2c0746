/** The recordings on this machine: `<folder>/<customer>/<callSid>.wav`. */
import { MU_LAW_HEAD_BYTES, muLawHead } from '../audio/mu-law-wav.ts'
import type { mendStart } from '../runtime/growing-file.ts'
import { callFilePath, type CallFiles, type CallFolder, createCallFiles } from './call-files.ts'

/** The slice of the disk that is needed. */
export type RecordingFiles = CallFolder & Readonly<{ mendStart: typeof mendStart }>

/** A recording on this machine. */
export type LocalRecording = Readonly<{ customer: string; callSid: string; path: string }>

export type Recordings =
  & CallFiles
  & Readonly<{
    /** All there are, with their calls. */
    local: () => Promise<readonly LocalRecording[]>
    /** Writes the lengths into recordings that a process left when it died; gives how many there were. */
    mend: () => Promise<number>
  }>

/** Where the recordings are in a data folder. */
export const recordingsIn = (dataFolder: string): string => `${dataFolder}/recordings`

/** Where the recording of a call is or will be. */
export const recordingPath = (folder: string, customer: string, callSid: string): string =>
  callFilePath(folder, customer, callSid, KIND)

const KIND = 'wav'
const CHANNELS = 2

/** Gives access to the recordings in a folder, which need not be there. */
export const createRecordings = (files: RecordingFiles, folder: string): Recordings => {
  const wavs = createCallFiles(files, folder, KIND)
  return {
    ...wavs,
    local: async () =>
      (await wavs.all()).flatMap((path) => {
        const [, customer, callSid] = /([^/]+)\/(CA[0-9a-zA-Z]+)\.wav$/.exec(path) ?? []
        return callSid === undefined ? [] : [{ customer, callSid, path }]
      }),
    mend: async () => {
      let mended = 0
      for (const path of await wavs.all()) {
        if (await files.mendStart(path, MU_LAW_HEAD_BYTES, trueHead)) mended += 1
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
