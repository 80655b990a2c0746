/**
 * Closes a socket as the real server would, as far as a program can: it closes with 1001 and 1011
 * too, but a runtime lets nobody send other codes than 1000 and 3000 to 4999, so those go out as
 * 1000. The `error` event before tells what it was.
 */
import type { Socket } from '../../runtime/socket.ts'

/**
 * Closes with the code, or the nearest that may be sent, and at most the 123 bytes of reason that
 * fit.
 */
export const closeSocket = (socket: Pick<Socket, 'close'>, code: number, reason: string): void =>
  socket.close(code < 3000 ? 1000 : code, reason.slice(0, 123))
