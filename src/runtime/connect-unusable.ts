/** Stands for an outbound socket that could not even be tried, so that whoever asked learns of it as of every other failure. */
import { guardSocket, type RawSocket, type Socket, type SocketEvents } from './socket.ts'

/** A socket that closes in a moment, never having been open. */
export const unusable = (events: SocketEvents, reason: string): Socket => {
  const guarded = guardSocket(NOTHING, 0, () => events, events)
  queueMicrotask(() => guarded.closed(1006, reason))
  return guarded.socket
}

const NOTHING: RawSocket = {
  send: () => false,
  close: () => {},
  terminate: () => {},
  bufferedBytes: () => 0,
}
