/** Work on a thread of its own: what may take longer than a frame of audio is asked for here, done there, and answered here. */
import { Worker } from 'node:worker_threads'
import { threadFile } from './thread-file.ts'

export type Thread<Asked, Answer> = Readonly<{
  /** Has something done. Rejects when the thread has died; what is asked next starts another. */
  ask: (asked: Asked) => Promise<Answer>
  /** Asks for one last thing and ends the thread when that is done. */
  close: (last: Asked) => Promise<void>
}>

export type ThreadOptions = Readonly<{
  /** The file that the thread runs, by its path in the source without its ending: `store/database-thread-worker`. */
  file: string
  /** What the thread is told at its start. */
  about: unknown
  /**
   * Resolves when the thread may be started, at once without: to start one takes up to 70 ms of this thread, which a service that is
   * not yet there would be late by.
   */
  mayStart?: Promise<void> | undefined
}>

/** What a thread is sent, and what it sends back. */
export type ThreadRequest<Asked> = Readonly<{ id: number; asked: Asked }>
export type ThreadReply<Answer> = Readonly<{ id: number; answer: Answer }>

/** Makes a thread known; it starts with what is asked first, and again if it has died. */
export const createThread = <Asked, Answer>(
  { file, about, mayStart }: ThreadOptions,
): Thread<Asked, Answer> => {
  let held: ThreadRequest<Asked>[] | undefined = mayStart && []
  const waiting = new Map<number, PromiseWithResolvers<Answer>>()
  let worker: Worker | undefined
  let isClosed = false
  let lastId = 0

  const died = (why: string) => {
    worker = undefined
    for (const wait of waiting.values()) wait.reject(new Error(why))
    waiting.clear()
  }

  const answered = ({ id, answer }: ThreadReply<Answer>) => {
    waiting.get(id)?.resolve(answer)
    waiting.delete(id)
  }

  const start = (): Worker => {
    const thread = new Worker(threadFile(file), { workerData: about })
    thread.on('message', answered)
    // The one that was started since has not died.
    const over = (why: string) => thread === worker && died(why)
    thread.on('error', (error) => over(error instanceof Error ? error.message : String(error)))
    thread.on('exit', () => over('it stopped'))
    return thread
  }

  const ask = (asked: Asked): Promise<Answer> => {
    const id = ++lastId
    const wait = Promise.withResolvers<Answer>()
    waiting.set(id, wait)
    if (held) held.push({ id, asked })
    else post({ id, asked })
    return wait.promise
  }

  const post = (request: ThreadRequest<Asked>): void => {
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
    ask: (asked) => isClosed ? Promise.reject(new Error('it was closed')) : ask(asked),
    close: async (last) => {
      isClosed = true
      release()
      const thread = worker
      if (!thread) return
      await ask(last).catch(() => {})
      died('it was closed')
      await thread.terminate()
    },
  }
}
