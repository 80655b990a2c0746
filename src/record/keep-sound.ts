/** All that has to do with how calls sound, put together: what records them, where the recordings are, and how they get to the storage. */
import type { CallSound } from '../bridge/call-sound.ts'
import { type Clock, settledWithin } from '../clock.ts'
import type { Customer } from '../config/config.ts'
import type { StorageKeys } from '../config/environment.ts'
import type { Storage } from '../config/schema/storage.ts'
import type { Log } from '../log.ts'
import * as disk from '../runtime/files.ts'
import {
  mendStart,
  openGrowing,
  readGrowing,
  readPiece,
  stateOfFile,
} from '../runtime/growing-file.ts'
import { createStorage } from './open-storage.ts'
import { createSoundRecorder } from './record-sound.ts'
import { createRecordings, recordingPath, type Recordings, recordingsIn } from './recordings.ts'
import type { S3Options } from './s3.ts'
import { mutingOf } from './muting.ts'
import type { Redact } from './redact.ts'
import { startStoring, type StoringOptions } from './store-recordings.ts'
import type { StoredRecordings } from './stored-recordings.ts'

export type KeepSoundOptions = Readonly<{
  dataFolder: string
  storage: () => Storage | undefined
  keys: StorageKeys | undefined
  fetch: S3Options['fetch']
  /** Whether recordings may be left on this machine; without it nothing is recorded. */
  mayRecord: boolean
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  random: () => number
  tried: StoringOptions['tried']
  /** What redacts for a customer. */
  redactorOf: (customer: Customer) => Redact
  log: Log
}>

export type KeptSound = Readonly<{
  recordings: Recordings
  stored: () => StoredRecordings | undefined
  /** Reads a file that may still grow. */
  sound: Readonly<{ state: typeof stateOfFile; read: typeof readGrowing }>
  /** Records a call; undefined where nothing may be recorded. */
  recordSound: ((customer: Customer, callSid: string) => CallSound) | undefined
  /** How many recordings wait for the storage. */
  waiting: () => number
  /** Resolves when what has ended is on the disk and, within a while, in the storage. Never rejects. */
  stop: () => Promise<void>
}>

/** How long recordings may take to get to a disk that has become slow, and then to the storage; what is not there by then waits on the disk. */
const LAST_SOUND_MS = 5_000
const LAST_STORED_MS = 10_000

/** Begins to keep how calls sound. */
export const keepSound = (options: KeepSoundOptions): KeptSound => {
  const { clock, now, mayRecord, log } = options
  const folder = recordingsIn(options.dataFolder)
  const recordings = createRecordings({ ...disk, mendStart }, folder)
  const stopping = new AbortController()
  const storage = createStorage({ ...options, signal: stopping.signal })

  const recorder = createSoundRecorder({
    open: (customer, callSid) => openGrowing(recordingPath(folder, customer, callSid)),
    ended: (customer, callSid) => storing?.ended({ customer, callSid }),
    wallMs: now,
    log,
  })
  // Not waited for: they can be played as they are.
  const mended = mayRecord ? mend(recordings, log) : Promise.resolve()
  const storing = !mayRecord ? undefined : startStoring({
    ...options,
    bucket: storage,
    recordings: { local: () => mended.then(recordings.local) },
    files: { state: stateOfFile, read: readPiece, remove: disk.remove },
    isOpen: ({ customer, callSid }) => recorder.isOpen(customer, callSid),
  })

  return {
    recordings,
    stored: () => storage()?.recordings,
    sound: { state: stateOfFile, read: readGrowing },
    recordSound: !mayRecord
      ? undefined
      : (customer, callSid) =>
        recorder.begin(customer.id, callSid, mutingOf(customer, options.redactorOf(customer))),
    waiting: () => storing?.waiting() ?? 0,
    stop: async () => {
      await settledWithin(clock, LAST_SOUND_MS, recorder.settled())
      await settledWithin(clock, LAST_STORED_MS, storing?.stop() ?? Promise.resolve())
      stopping.abort()
    },
  }
}

const mend = async (recordings: Pick<Recordings, 'mend'>, log: Log): Promise<void> => {
  try {
    const mended = await recordings.mend()
    if (mended > 0) log.info('recording.mended', { recordings: mended })
  } catch (error) {
    log.error('recording.not-mended', { problem: String(error) })
  }
}
