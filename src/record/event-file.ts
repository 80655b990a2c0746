/**
 * An event log on its way to the disk: lines wait here, bounded, and never hold up the call. A disk that is full or too slow ends the
 * log and nothing else; a log that is as long as it may be says so in its last line.
 */
import type { GrowingFile } from '../runtime/growing-file.ts'

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
  let file: GrowingFile | undefined
  let sizeBytes = 0
  let waitingBytes = 0
  let isFull = false
  let isFailed = false

  const fail = (problem: string) => {
    if (isFailed) return
    isFailed = true
    failed(problem)
  }

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
    if (isFailed || isFull) return
    isFull = sizeBytes + bytes.length > MOST_LOG_BYTES
    await append(isFull ? encoder.encode(fullLine + LINE_FEED) : bytes)
  }

  const attempt = (action: () => Promise<void>) => async () => {
    try {
      await action()
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error))
    }
  }

  let last = attempt(begin)()
  const then = (action: () => Promise<void>) => {
    last = last.then(attempt(action))
  }

  return {
    write: (lines) => {
      if (isFailed || isFull || lines.length === 0) return
      const bytes = encoder.encode(lines.join(LINE_FEED) + LINE_FEED)
      if (waitingBytes + bytes.length > MOST_WAITING_BYTES) return fail('the disk is too slow')
      waitingBytes += bytes.length
      then(() => add(bytes))
    },
    end: () => then(async () => await file?.close()),
    settled: () => last,
  }
}
