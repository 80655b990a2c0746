/** Two sockets joined in memory: what one sends the other receives, `latencyMs` later on the given clock. */
import type { Clock } from '../../clock.ts'
import type { Socket, SocketClose, SocketEvents } from '../../runtime/socket.ts'

/** One of the two. */
export type SocketEnd = Readonly<{
  socket: Socket
  /** Says who listens at this end. Messages that arrived before are delivered at once. */
  listen: (events: SocketEvents) => void
}>

/** Joins two sockets that are open from the start. */
export const createSocketPair = (clock: Clock, latencyMs = 0): [SocketEnd, SocketEnd] => {
  const inboxes: [Inbox, Inbox] = [createInbox(), createInbox()]
  let open = true

  const end = (here: 0 | 1): SocketEnd => ({
    listen: inboxes[here].listen,
    socket: {
      send: (text) => {
        if (open) clock.after(latencyMs, () => inboxes[1 - here].message(text))
        return open
      },
      together: (action) => action(),
      close: (code = 1000, reason = '') => {
        if (!open) return
        open = false
        clock.after(latencyMs, () => inboxes[1 - here].closed({ code, reason }))
        clock.after(latencyMs, () => inboxes[here].closed({ code, reason }))
      },
      terminate: () => {
        if (!open) return
        open = false
        clock.after(latencyMs, () => inboxes[1 - here].closed({ code: 1006, reason: '' }))
        inboxes[here].closed({ code: 1006, reason: 'terminated' })
      },
      bufferedBytes: () => 0,
    },
  })
  return [end(0), end(1)]
}

type Inbox = ReturnType<typeof createInbox>

const createInbox = () => {
  let listener: SocketEvents | undefined
  let closedWith: SocketClose | undefined
  const waiting: string[] = []
  return {
    listen: (events: SocketEvents) => {
      listener = events
      events.opened?.()
      for (const text of waiting.splice(0)) events.message(text)
      if (closedWith) events.closed(closedWith)
    },
    message: (text: string) => {
      if (closedWith) return
      if (listener) listener.message(text)
      else waiting.push(text)
    },
    closed: (close: SocketClose) => {
      if (closedWith) return
      closedWith = close
      listener?.closed(close)
    },
  }
}
