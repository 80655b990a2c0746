/**
 * SQLite on a thread of its own, for what may take longer than a frame of audio: the record is written, listed and searched there
 * while the calls go on here.
 */
import { Worker } from 'node:worker_threads'
import { threadFile } from './thread-file.ts'

export type ThreadValue = string | number | null

/** Statements for the thread: rows are wanted of the one to read, counts of those to write. */
export type ThreadWork = Readonly<{
  kind: 'read' | 'write'
  statements: readonly Readonly<{ text: string; values: readonly ThreadValue[] }>[]
}>

/** The rows of what was read, or one row `{ changes }` for each statement written. */
export type ThreadRows = readonly Readonly<Record<string, ThreadValue>>[]

export type SqliteThread = Readonly<{
  /** Has work done, after what was asked before. Rejects with SQLite's own words when it failed. */
  run: (work: ThreadWork) => Promise<ThreadRows>
  /** Ends the thread when what was asked is done. */
  close: () => Promise<void>
}>

/** What the thread is sent, and what it answers. */
export type ThreadRequest = Readonly<{ id: number; work: ThreadWork | 'close' }>
export type ThreadAnswer =
  & Readonly<{ id: number }>
  & (Readonly<{ rows: ThreadRows }> | Readonly<{ failure: string }>)

/**
 * Makes the file known; the thread starts with the first work, and again if it has died. Not before `mayStart`, though: to start one
 * takes up to 70 ms of this thread, which a service that is not yet there would be late by.
 */
export const createSqliteThread = (path: string, mayStart?: Promise<void>): SqliteThread => {
  let held: ThreadRequest[] | undefined = mayStart && []
  const waiting = new Map<number, PromiseWithResolvers<ThreadRows>>()
  let worker: Worker | undefined
  let isClosed = false
  let lastId = 0

  const died = (why: string) => {
    worker = undefined
    for (const wait of waiting.values()) wait.reject(new Error(why))
    waiting.clear()
  }

  const answered = (answer: ThreadAnswer) => {
    const wait = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('failure' in answer) wait?.reject(new Error(answer.failure))
    else wait?.resolve(answer.rows)
  }

  const start = (): Worker => {
    const thread = new Worker(threadFile('sqlite-thread-worker'), {
      workerData: { path },
    })
    thread.on('message', answered)
    thread.on('error', (error) => died(error instanceof Error ? error.message : String(error)))
    return thread
  }

  const ask = (work: ThreadRequest['work']): Promise<ThreadRows> => {
    const id = ++lastId
    const wait = Promise.withResolvers<ThreadRows>()
    waiting.set(id, wait)
    if (held) held.push({ id, work })
    else post({ id, work })
    return wait.promise
  }

  const post = (request: ThreadRequest): void => {
    try {
      worker ??= start()
      worker.postMessage(request)
    } catch (error) {
      waiting.get(request.id)?.reject(error)
      waiting.delete(request.id)
    }
  }

  const release = (): void => {
    const requests = held ?? []
    held = undefined
    requests.forEach(post)
  }
  void mayStart?.then(release)

  return {
    run: (work) => isClosed ? Promise.reject(new Error('the database is closed')) : ask(work),
    close: async () => {
      isClosed = true
      release()
      const thread = worker
      if (!thread) return
      await ask('close').catch(() => {})
      died('the database is closed')
      await thread.terminate()
    },
  }
}
