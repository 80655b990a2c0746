/** A thread that gives back what it is asked, and dies when it is asked to. */
import { answerThread } from '../../src/runtime/thread-side.ts'

answerThread((greeting: string) => (asked: string) => {
  if (asked === 'die') {
    queueMicrotask(() => {
      throw new Error('it was asked to')
    })
  }
  // Whoever dies answers no more.
  return asked === 'die' ? new Promise<string>(() => {}) : Promise.resolve(`${greeting} ${asked}`)
})
