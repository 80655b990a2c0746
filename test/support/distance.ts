/** Puts a distance between us and whom we connect to, as there is between Twilio and a service: each way takes its time. */
import type { Runtime } from '../../src/runtime/runtime.ts'

/** Gives the same `connect`, with everything that is sent, received or told `ms` later, in order. */
export const atDistance = (connect: Runtime['connect'], ms: number): Runtime['connect'] => {
  // Timers of one length run in the order in which they were set.
  const later = (action: () => void) => void setTimeout(action, ms)
  return (url, options, events) => {
    const socket = connect(url, options, {
      opened: () => later(() => events.opened?.()),
      message: (text) => later(() => events.message(text)),
      closed: (close) => later(() => events.closed(close)),
    })
    return {
      ...socket,
      send: (text) => {
        later(() => socket.send(text))
        return true
      },
      close: (code, reason) => later(() => socket.close(code, reason)),
    }
  }
}
