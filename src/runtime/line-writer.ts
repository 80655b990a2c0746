/**
 * Lines for somebody who may have stopped to read: each is handed on at once, no call waits for its being read, and what waits for that
 * is bounded. A collector of logs that hangs would otherwise fill the memory.
 */

/** Hands a text on, in order; `done` is told when it was taken, or that nobody takes it. */
export type WriteText = (text: string, done: () => void) => void

export type LineWriter = Readonly<{
  /** Hands a line on, or drops it where too much waits already. */
  line: (text: string) => void
  /** Resolves when nothing waits any more. */
  flushed: () => Promise<void>
}>

/** How much may wait, in characters. */
const MOST_WAITING = 1024 * 1024

/** Makes a writer. Where lines were dropped a line of the log says how many. */
export const createLineWriter = (write: WriteText, mostWaiting = MOST_WAITING): LineWriter => {
  let waiting = 0
  let dropped = 0
  let flushing = Promise.withResolvers<void>()

  const hand = (text: string): void => {
    waiting += text.length
    write(text, () => {
      waiting -= text.length
      tellDropped()
      if (waiting > 0) return
      flushing.resolve()
      flushing = Promise.withResolvers()
    })
  }

  const tellDropped = (): void => {
    if (dropped === 0 || waiting >= mostWaiting) return
    const lines = dropped
    dropped = 0
    hand(`${droppedLine(lines)}\n`)
  }

  return {
    line: (text) => {
      if (waiting >= mostWaiting) dropped += 1
      else hand(`${text}\n`)
    },
    flushed: () => waiting > 0 ? flushing.promise : Promise.resolve(),
  }
}

const droppedLine = (lines: number): string =>
  JSON.stringify({ level: 'WARN', message: 'log.dropped', logger: 'tandem', lines })
