/** A line on a fake clock with a server at the other end that writes down what it gets. */
import { base64Encode } from '../../../src/audio/base64.ts'
import type { SocketClose } from '../../../src/runtime/socket.ts'
import { createLine, type LineOptions } from '../../../src/sim/caller/line.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { createSocketPair } from '../../../src/sim/virtual/socket-pair.ts'

export const STREAM_SID = 'MZ0123456789abcdef0123456789abcdef'

/** `lateMs` is how much the line's next timer is late; it is asked whenever one is set. */
export const createLineFixture = (options: Partial<LineOptions> = {}, lateMs = () => 0) => {
  const clock = createFakeClock()
  const [twilio, server] = createSocketPair(clock)
  const received: { atMs: number; text: string }[] = []
  const closes: SocketClose[] = []
  server.listen({
    message: (text) => void received.push({ atMs: clock.nowMs(), text }),
    closed: (close) => void closes.push(close),
  })
  const { line, events } = createLine({
    socket: twilio.socket,
    clock: {
      nowMs: clock.nowMs,
      after: (delayMs, action) => clock.after(delayMs + lateMs(), action),
    },
    stream: {
      accountSid: 'AC0123456789abcdef0123456789abcdef',
      callSid: 'CA0123456789abcdef0123456789abcdef',
      streamSid: STREAM_SID,
      customParameters: {},
    },
    ...options,
  })
  twilio.listen(events)
  clock.advance(0)

  const send = (message: object) => {
    server.socket.send(JSON.stringify({ streamSid: STREAM_SID, ...message }))
    clock.advance(0)
  }
  return {
    clock,
    line,
    closes,
    socket: server.socket,
    /** What arrived so far, without the media. */
    control: () => received.filter(({ text }) => !text.includes('"event":"media"')),
    media: () => received.filter(({ text }) => text.includes('"event":"media"')),
    texts: () => received.map(({ text }) => text),
    sendText: (text: string) => {
      server.socket.send(text)
      clock.advance(0)
    },
    /** Sends so many ms of one mu-law code. */
    sendMedia: (ms: number, code = 0x20) =>
      send({ event: 'media', media: { payload: base64Encode(new Uint8Array(ms * 8).fill(code)) } }),
    sendMark: (name: string) => send({ event: 'mark', mark: { name } }),
    sendClear: () => send({ event: 'clear' }),
  }
}
