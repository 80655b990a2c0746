/** The thread of a settler: opens the file, moves its log into it, closes it, each time it is asked. */
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { TURN } from './sqlite-settler.ts'
import { giveWay } from './thread-priority.ts'

const { path, turn }: Readonly<{ path: string; turn: Int32Array }> = workerData

/** Gives what went wrong, as text. */
const settle = (): string | undefined => {
  try {
    const database = new DatabaseSync(path)
    try {
      // Here it harms no one to wait. What another connection still reads stays in the log.
      database.exec('pragma busy_timeout = 1000; pragma wal_checkpoint(passive)')
    } finally {
      database.close()
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

giveWay()
parentPort?.on('message', () => {
  // Whoever asked may have closed the file since, and even moved it.
  if (Atomics.compareExchange(turn, 0, TURN.asked, TURN.settling) !== TURN.asked) return
  const failure = settle()
  Atomics.store(turn, 0, TURN.idle)
  Atomics.notify(turn, 0)
  parentPort?.postMessage(failure)
})
