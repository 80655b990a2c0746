/** Someone who listens to a socket and can say what came, and wait for what is to come. */
import type { SocketClose, SocketEvents } from '../../src/runtime/socket.ts'

export type Ear =
  & SocketEvents
  & Readonly<{
    /** Everything that was told, in order: `opened`, `message hello`, `closed 1000 bye`. */
    told: readonly string[]
    whenOpen: Promise<void>
    /** The next message that nobody has waited for yet. */
    next: () => Promise<string>
    whenClosed: Promise<SocketClose>
  }>

export const createEar = (): Ear => {
  const told: string[] = []
  const messages: string[] = []
  const waiting: ((text: string) => void)[] = []
  const open = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<SocketClose>()
  return {
    told,
    whenOpen: open.promise,
    whenClosed: closed.promise,
    next: () =>
      new Promise((resolve) => {
        const text = messages.shift()
        if (text === undefined) waiting.push(resolve)
        else resolve(text)
      }),
    opened: () => {
      told.push('opened')
      open.resolve()
    },
    message: (text) => {
      told.push(`message ${text}`)
      const waiter = waiting.shift()
      if (waiter) waiter(text)
      else messages.push(text)
    },
    closed: (close) => {
      told.push(`closed ${close.code} ${close.reason}`.trimEnd())
      closed.resolve(close)
    },
  }
}
