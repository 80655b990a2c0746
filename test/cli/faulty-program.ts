/** The program with two mistakes in it that nobody catches: one is thrown and one rejected, once it serves. */
import process from 'node:process'

/** Sent by whoever has seen that it serves. */
process.on('SIGUSR2', () => {
  setTimeout(() => {
    throw new Error('thrown by mistake')
  })
  void Promise.reject(new Error('rejected by mistake'))
})

await import('../../src/main.ts')
