/**
 * A recording on its way to the disk: what is written waits here, bounded, and never holds up the call. A disk that is full or too slow
 * ends the recording and nothing else; what was written until then can be played.
 */
import { MU_LAW_SILENCE } from '../audio/g711.ts'
import { MU_LAW_HEAD_BYTES, muLawHead } from '../audio/mu-law-wav.ts'
import type { GrowingFile } from '../runtime/growing-file.ts'
import { createFileWork } from './file-work.ts'
import type { Piece } from './kept-back.ts'
import type { Channel } from './stereo-track.ts'

export type SoundFile = Readonly<{
  /** Adds audio of both channels. Returns at once. */
  write: (audio: Uint8Array) => void
  /** Puts sound of one channel into what was written. Returns at once. */
  writeOver: (piece: Piece) => void
  /** Writes how long it became and closes the file, once all before is written. */
  end: () => void
  /** Resolves when nothing waits any more. Never rejects. */
  settled: () => Promise<void>
}>

export type SoundFileOptions = Readonly<{
  open: () => Promise<GrowingFile>
  /** Milliseconds since 1970. */
  wallMs: () => number
  /** Is told once why nothing more is recorded. */
  failed: (problem: string) => void
}>

const CHANNELS = 2
const BYTES_PER_MS = 8 * CHANNELS
/** A minute of sound. */
const MOST_WAITING_BYTES = 60_000 * BYTES_PER_MS
/** A call that was away for longer has a gap no longer than this. */
const LONGEST_GAP_MS = 60_000

/** Begins a file, or goes on with the one that is there, after as much silence as there was none of it. */
export const createSoundFile = ({ open, wallMs, failed }: SoundFileOptions): SoundFile => {
  const work = createFileWork(failed)
  let file: GrowingFile | undefined
  /** Where the sound of this process begins; samples are counted from there. */
  let firstByte = 0
  let sizeBytes = 0
  let waitingBytes = 0

  const append = async (bytes: Uint8Array) => {
    await file?.write(bytes, sizeBytes)
    sizeBytes += bytes.length
  }

  const begin = async () => {
    const openedAt = wallMs()
    file = await open()
    if (file.sizeBytes < MU_LAW_HEAD_BYTES) {
      await append(muLawHead(CHANNELS))
      firstByte = sizeBytes
      return
    }
    const gapMs = Math.max(0, Math.min(LONGEST_GAP_MS, openedAt - file.changedAt))
    // After a crash the last instant may have one channel only.
    sizeBytes = file.sizeBytes - file.sizeBytes % CHANNELS
    await file.write(muLawHead(CHANNELS), 0)
    await append(new Uint8Array(Math.round(gapMs) * BYTES_PER_MS).fill(MU_LAW_SILENCE))
    firstByte = sizeBytes
  }

  /** Changes one of the two channels, of which every second byte is; what is not written yet is left alone. */
  const change = async (channel: Channel, at: number, codes: Uint8Array) => {
    const from = firstByte + CHANNELS * Math.max(0, at)
    const to = Math.min(sizeBytes, firstByte + CHANNELS * (at + codes.length))
    if (!file || from >= to) return
    const sound = await file.read(from, to - from)
    const first = Math.max(0, -at)
    for (let i = 0; CHANNELS * i < sound.length; i++) {
      sound[CHANNELS * i + channel] = codes[first + i]
    }
    await file.write(sound, from)
  }

  const finish = async () => {
    if (sizeBytes >= MU_LAW_HEAD_BYTES) {
      await file?.write(muLawHead(CHANNELS, sizeBytes - MU_LAW_HEAD_BYTES), 0)
    }
  }

  const close = () => file?.close().catch(() => {})

  work.then(begin)

  return {
    write: (audio) => {
      if (work.hasFailed()) return
      if (waitingBytes + audio.length > MOST_WAITING_BYTES) return work.fail('the disk is too slow')
      waitingBytes += audio.length
      work.then(async () => {
        waitingBytes -= audio.length
        if (!work.hasFailed()) await append(audio)
      })
    },
    writeOver: ({ channel, at, codes }) => {
      // It stays silent where there is no room for it.
      if (work.hasFailed() || waitingBytes + codes.length > MOST_WAITING_BYTES) return
      waitingBytes += codes.length
      work.then(async () => {
        waitingBytes -= codes.length
        if (!work.hasFailed()) await change(channel, at, codes)
      })
    },
    end: () => {
      work.then(finish)
      work.then(async () => await close())
    },
    settled: work.settled,
  }
}
