/**
 * Brings recordings whose call is over to the storage, and takes them off this machine once they are there.
 *
 * What is on the disk is what there is to do, so nothing need be remembered: a process that dies leaves files, and the next one
 * finds them. One that nobody has written to for a while belongs to no call any more.
 */
import { MU_LAW_SILENCE } from '../audio/g711.ts'
import { MU_LAW_HEAD_BYTES } from '../audio/mu-law-wav.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { readPiece, stateOfFile } from '../runtime/growing-file.ts'
import type { LocalRecording, Recordings } from './recordings.ts'
import type { Bucket } from './s3.ts'
import { partKey, type StoredCall } from './stored-recordings.ts'

export type StoringOptions = Readonly<{
  /** The bucket and what names in it begin with; undefined where recordings stay. */
  bucket: () => Readonly<{ bucket: Bucket; prefix: string }> | undefined
  recordings: Pick<Recordings, 'local'>
  files: Readonly<{
    state: typeof stateOfFile
    read: typeof readPiece
    remove: (path: string) => Promise<void>
  }>
  /** Whether a call of this process is still being recorded. */
  isOpen: (call: StoredCall) => boolean
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  /** Between 0 and 1: spreads the machines that lost the same storage. */
  random: () => number
  /** Counts what became of a try. */
  tried: (outcome: 'stored' | 'failed') => void
  log: Log
}>

export type Storing = Readonly<{
  /** A recording is finished, and its call is over. */
  ended: (call: StoredCall) => void
  /** How many recordings wait, as far as is known. */
  waiting: () => number
  /** Tries what is left once more; resolves when nothing is under way. Never rejects. */
  stop: () => Promise<void>
}>

const LOOK_EVERY_MS = 60_000
/** What another process left, or may still hold: a caller who is with a human is not heard for a while. */
const LEFT_AFTER_MS = 600_000
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 3_600_000
/** The smallest part that S3 takes is 5 MiB, and one part is in memory at a time. */
const PART_BYTES = 8 * 1024 * 1024
/** How much of its sound a recording is named after. */
const START_BYTES = 65_536

type Failure = Readonly<{ tries: number; nextAt: number }>

/** Begins to look for recordings. */
export const startStoring = (options: StoringOptions): Storing => {
  const { recordings, files, clock, now, log } = options
  const over = new Set<string>()
  const failures = new Map<string, Failure>()
  let waiting = 0
  let looking: Promise<void> | undefined
  let isWanted = false
  let isStopped = false
  let cancel: Cancel = () => {}

  /** Whether it belongs to no call any more, and its next try is due. */
  const isDue = async ({ path, ...call }: LocalRecording): Promise<boolean> => {
    if (options.isOpen(call)) return false
    const file = await files.state(path)
    if (!file || (!over.has(nameOf(call)) && now() - file.changedAt < LEFT_AFTER_MS)) return false
    waiting += 1
    return now() >= (failures.get(path)?.nextAt ?? 0)
  }

  /** All silence is alike: two machines may have parts of one call that begin with it. */
  const firstSound = async (path: string, sizeBytes: number) => {
    for (let from = MU_LAW_HEAD_BYTES; from < sizeBytes; from += START_BYTES) {
      const piece = await files.read(path, from, START_BYTES)
      if (piece.some((code) => code !== MU_LAW_SILENCE)) return piece
    }
    return new Uint8Array(0)
  }

  const store = async (recording: LocalRecording, to: Bucket, prefix: string): Promise<void> => {
    const { path, customer, callSid } = recording
    const startedMs = clock.nowMs()
    const before = await files.state(path)
    if (!before) return
    const { sizeBytes } = before
    const key = await partKey(prefix, recording, await firstSound(path, sizeBytes))
    if (sizeBytes <= PART_BYTES) await to.put(key, await files.read(path, 0, PART_BYTES))
    else await storeInParts(to, key, (from) => files.read(path, from, PART_BYTES), sizeBytes)
    if (await to.sizeOf(key) !== sizeBytes) throw new Error('the storage has another length')
    const after = await files.state(path)
    // A call that was taken up after all goes on with the file, and is stored again when it is over.
    const isSame = after?.sizeBytes === sizeBytes && after.changedAt === before.changedAt
    if (!isSame || options.isOpen(recording)) return
    await files.remove(path)
    over.delete(nameOf(recording))
    failures.delete(path)
    options.tried('stored')
    const tookMs = Math.round(clock.nowMs() - startedMs)
    log.info('recording.stored', { callSid, customer, bytes: sizeBytes, tookMs })
  }

  const failed = ({ path, customer, callSid }: LocalRecording, error: unknown) => {
    const tries = (failures.get(path)?.tries ?? 0) + 1
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 4 ** (tries - 1)) *
      (1 + options.random() / 10)
    failures.set(path, { tries, nextAt: now() + waitMs })
    options.tried('failed')
    const problem = error instanceof Error ? error.message : String(error)
    log.warn('recording.not-stored', { callSid, customer, tries, problem })
  }

  const look = async (): Promise<void> => {
    const to = options.bucket()
    if (!to) return
    waiting = 0
    const due: LocalRecording[] = []
    for (const recording of await recordings.local()) {
      if (await isDue(recording)) due.push(recording)
    }
    for (const recording of due) {
      try {
        await store(recording, to.bucket, to.prefix)
        waiting -= 1
      } catch (error) {
        failed(recording, error)
      }
    }
  }

  const lookNow = (): Promise<void> => {
    cancel()
    isWanted = looking !== undefined
    return looking ??= look()
      .catch((error) => log.error('recording.storing-failed', { problem: String(error) }))
      .then(() => {
        looking = undefined
        if (isWanted) return lookNow()
        if (!isStopped) cancel = clock.after(nextInMs(), () => void lookNow())
      })
  }

  const nextInMs = (): number => {
    const nextAt = Math.min(...[...failures.values()].map((failure) => failure.nextAt))
    return Math.max(FIRST_WAIT_MS, Math.min(LOOK_EVERY_MS, nextAt - now()))
  }

  cancel = clock.after(FIRST_WAIT_MS, () => void lookNow())
  return {
    ended: (call) => {
      over.add(nameOf(call))
      if (!isStopped) void lookNow()
    },
    waiting: () => waiting,
    stop: async () => {
      isStopped = true
      await lookNow()
      cancel()
    },
  }
}

const nameOf = ({ customer, callSid }: StoredCall): string => `${customer}/${callSid}`

const storeInParts = async (
  to: Bucket,
  key: string,
  read: (from: number) => Promise<Uint8Array<ArrayBuffer>>,
  sizeBytes: number,
): Promise<void> => {
  // What a process sent that died in the middle of it would be kept, and paid for, for ever.
  await to.abandonUploads(key)
  const upload = { key, id: await to.beginUpload(key) }
  const etags: string[] = []
  for (let from = 0; from < sizeBytes; from += PART_BYTES) {
    etags.push(await to.putPart(upload, etags.length + 1, await read(from)))
  }
  await to.endUpload(upload, etags)
}
