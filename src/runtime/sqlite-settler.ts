/**
 * Settles a SQLite file: what was committed lies in a log beside it (`-wal`) and must be moved into it from time to time. That
 * waits for the disk, 15 to 50 ms where it was measured, so it is done on a thread of its own and no call is late for it.
 */
import { Worker } from 'node:worker_threads'
import { threadFile } from './thread-file.ts'

export type Settler = Readonly<{
  /** Moves the log into the file. Rejects when that failed; the log is then moved another time. */
  settle: () => Promise<void>
  /** Ends the thread, and does not return while it has the file open. */
  stop: () => void
}>

/** What the thread does; it is told and tells by one shared number. */
export const TURN = { idle: 0, asked: 1, settling: 2 } as const

/** How long `stop` waits for a disk that does not answer. */
const STOP_LIMIT_MS = 2_000

/** Makes a settler; its thread starts with the first `settle`. */
export const createSettler = (path: string): Settler => {
  const turn = new Int32Array(new SharedArrayBuffer(4))
  let worker: Worker | undefined
  let settling: PromiseWithResolvers<void> | undefined

  const finish = (failure?: unknown) => {
    Atomics.store(turn, 0, TURN.idle)
    if (failure === undefined) settling?.resolve()
    else settling?.reject(failure)
    settling = undefined
  }

  const start = (): Worker => {
    const thread = new Worker(threadFile('runtime/sqlite-settler-thread'), {
      workerData: { path, turn },
    })
    thread.on('message', (failure?: string) => finish(failure && new Error(failure)))
    thread.on('error', (error) => {
      worker = undefined
      finish(error)
    })
    return thread
  }

  return {
    settle: () => {
      if (settling) return settling.promise
      const { promise } = settling = Promise.withResolvers<void>()
      Atomics.store(turn, 0, TURN.asked)
      try {
        worker ??= start()
        worker.postMessage('settle')
      } catch (error) {
        finish(error)
      }
      return promise
    },
    stop: () => {
      const was = Atomics.compareExchange(turn, 0, TURN.asked, TURN.idle)
      if (was === TURN.settling) Atomics.wait(turn, 0, TURN.settling, STOP_LIMIT_MS)
      void worker?.terminate()
      worker = undefined
      finish()
    },
  }
}
