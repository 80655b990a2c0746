/**
 * Lines for somebody who may have stopped to read: they are handed on one piece at a time, and no call waits for that. A collector of
 * logs that hangs would otherwise hold up whoever writes to its pipe (on Deno), or fill the memory.
 */

/** Hands a text on; `done` is told when it was taken, or that nobody takes it. */
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
  let waiting = ''
  let dropped = 0
  let isWriting = false
  let flushing = Promise.withResolvers<void>()

  const writeNext = (): void => {
    if (dropped > 0 && waiting.length < mostWaiting) {
      waiting += `${droppedLine(dropped)}\n`
      dropped = 0
    }
    isWriting = waiting !== ''
    if (!isWriting) {
      flushing.resolve()
      flushing = Promise.withResolvers()
      return
    }
    const text = waiting
    waiting = ''
    write(text, writeNext)
  }

  return {
    line: (text) => {
      if (waiting.length >= mostWaiting) dropped += 1
      else waiting += `${text}\n`
      if (!isWriting) writeNext()
    },
    flushed: () => isWriting ? flushing.promise : Promise.resolve(),
  }
}

const droppedLine = (lines: number): string =>
  JSON.stringify({ level: 'WARN', message: 'log.dropped', logger: 'tandem', lines })
