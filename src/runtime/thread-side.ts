/** The other side of a `Thread`: what runs on it. */
import { parentPort, workerData } from 'node:worker_threads'
import { giveWay } from './thread-priority.ts'
import type { ThreadReply, ThreadRequest } from './thread.ts'

/**
 * Answers what this thread is asked. `begin` is given what the thread was told at its start and makes who answers; that one begins with
 * everything in the order in which it was asked, and never rejects.
 */
export const answerThread = <About, Asked, Answer>(
  begin: (about: About) => (asked: Asked) => Promise<Answer>,
): void => {
  giveWay()
  const answer = begin(workerData)
  parentPort?.on('message', async ({ id, asked }: ThreadRequest<Asked>) => {
    const reply: ThreadReply<Answer> = { id, answer: await answer(asked) }
    parentPort?.postMessage(reply)
  })
}
