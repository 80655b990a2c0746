/**
 * An event log on its way to the disk: lines wait here, bounded, and never hold up the call. A disk that is full or too slow ends the
 * log and nothing else; a log that is as long as it may be says so in its last line.
 */
import type { GrowingFile } from '../runtime/growing-file.ts'
import { createFileWork } from './file-work.ts'

export type EventFile = Readonly<{
  /** Adds lines. Returns at once. */
  write: (lines: readonly string[]) => void
  /** Closes the file, once all before is written. */
  end: () => void
  /** Resolves when nothing waits any more. Never rejects. */
  settled: () => Promise<void>
}>

export type EventFileOptions = Readonly<{
  open: () => Promise<GrowingFile>
  /** What stands last in a log that is as long as it may be. */
  fullLine: string
  /** Is told once why nothing more is logged. */
  failed: (problem: string) => void
}>

/** The longest event log of a call, whatever it does. */
export const MOST_LOG_BYTES = 32 * 1_048_576
const MOST_WAITING_BYTES = 4 * 1_048_576
const LINE_FEED = '\n'

/** Begins a log, or goes on with the one that is there. */
export const createEventFile = ({ open, fullLine, failed }: EventFileOptions): EventFile => {
  const encoder = new TextEncoder()
  const work = createFileWork(failed)
  let file: GrowingFile | undefined
  let sizeBytes = 0
  let waitingBytes = 0
  let isFull = false

  const append = async (bytes: Uint8Array) => {
    await file?.write(bytes, sizeBytes)
    sizeBytes += bytes.length
  }

  const begin = async () => {
    file = await open()
    sizeBytes = file.sizeBytes
    // After a crash the last line may be cut short; the first of ours must not become part of it.
    if (sizeBytes > 0) await append(encoder.encode(LINE_FEED))
  }

  const add = async (bytes: Uint8Array) => {
    waitingBytes -= bytes.length
    if (work.hasFailed() || isFull) return
    isFull = sizeBytes + bytes.length > MOST_LOG_BYTES
    await append(isFull ? encoder.encode(fullLine + LINE_FEED) : bytes)
  }

  work.then(begin)

  return {
    write: (lines) => {
      if (work.hasFailed() || isFull || lines.length === 0) return
      const bytes = encoder.encode(lines.join(LINE_FEED) + LINE_FEED)
      if (waitingBytes + bytes.length > MOST_WAITING_BYTES) return work.fail('the disk is too slow')
      waitingBytes += bytes.length
      work.then(() => add(bytes))
    },
    end: () => work.then(async () => await file?.close()),
    settled: work.settled,
  }
}
