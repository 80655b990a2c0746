/** A thread that gives back what it is asked, and dies or stops when it is asked to. */
import { getPriority } from 'node:os'
import process from 'node:process'
import { answerThread } from '../../src/runtime/thread-side.ts'

answerThread((greeting: string) => (asked: string) => {
  if (asked === 'priority') return Promise.resolve(`${getPriority()}`)
  if (asked === 'stop') process.exit()
  if (asked === 'die') {
    queueMicrotask(() => {
      throw new Error('it was asked to')
    })
  }
  // Whoever dies answers no more.
  return asked === 'die' ? new Promise<string>(() => {}) : Promise.resolve(`${greeting} ${asked}`)
})
