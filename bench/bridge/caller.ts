/** One caller as Twilio has them: the signed webhook, the stream, a frame each 20 ms, marks that come back when they were played. */
import { sign } from '../../src/sim/caller/signature.ts'
import type { Runtime } from '../../src/runtime/runtime.ts'
import type { Socket } from '../../src/runtime/socket.ts'
import { FRAME_MS } from '../../src/audio/frame.ts'
import { PACKET_MS } from '../sockets/traffic.ts'
import { createTransit, type Transit } from './latency.ts'
import { between, bytesAfter, noise } from './text.ts'

export type Caller = Readonly<{
  /** Sends the next frame, and the marks that were played by now. */
  frame: (isCounted: boolean) => void
  hangUp: () => void
  /** What the caller says, on its way to the model. */
  voice: Transit
  wasCutOff: () => boolean
}>

export type CallerOptions = Readonly<{
  runtime: Runtime
  /** Where the server is. */
  url: string
  to: string
  authToken: string
  number: number
  /** Times on the way to the model are added to it. */
  took: number[]
  /** Is told of the agent's audio, in ms. */
  hears: (ms: number, atMs: number) => void
}>

const BYTES_PER_MS = 8
const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
const PAYLOADS = Array.from({ length: 50 }, () => noise(PACKET_MS * BYTES_PER_MS))

/** Calls; resolves when the stream is open. */
export const call = async (options: CallerOptions): Promise<Caller> => {
  const id = String(options.number).padStart(32, '0')
  const identity = { accountSid: ACCOUNT, callSid: `CA${id}`, streamSid: `MZ${id}` }
  const twiml = await askForTwiml(options, identity.callSid)
  const streamUrl = between(twiml, '<Stream url="')
  const customParameters = { token: between(twiml, 'name="token" value="') }
  const line = createLine(options, identity.streamSid)
  const socket = await openStream(options, streamUrl, line)
  socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
  socket.send(startMessage(identity, customParameters))
  return line.start(
    socket,
    JSON.stringify({
      event: 'stop',
      sequenceNumber: '0',
      streamSid: identity.streamSid,
      stop: { accountSid: ACCOUNT, callSid: identity.callSid },
    }),
  )
}

/** A server on a machine that others use may be too busy for another call, for a moment. */
const askForTwiml = async (options: CallerOptions, callSid: string): Promise<string> => {
  for (let tries = 1;; tries++) {
    const twiml = await askOnce(options, callSid)
    if (twiml.includes('<Stream ')) return twiml
    if (tries === TRIES) throw new Error(`the call was not taken: ${twiml}`)
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS))
  }
}

const TRIES = 40
const TRY_AGAIN_MS = 500

const askOnce = async (
  { url, to, authToken, number }: CallerOptions,
  callSid: string,
): Promise<string> => {
  const form = {
    AccountSid: ACCOUNT,
    CallSid: callSid,
    CallStatus: 'ringing',
    Direction: 'inbound',
    From: `+1555${String(number).padStart(7, '0')}`,
    To: to,
  }
  const webhook = `${url}/twilio/voice`
  const response = await fetch(webhook, {
    method: 'POST',
    body: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': sign(authToken, webhook, form),
    },
  })
  return await response.text()
}

const openStream = (
  { runtime, authToken }: CallerOptions,
  url: string,
  line: Line,
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const headers = { 'x-twilio-signature': sign(authToken, url) }
    const socket = runtime.connect(url, { headers, timeoutMs: 10_000 }, {
      opened: () => resolve(socket),
      message: line.take,
      closed: ({ code, reason }) => {
        line.closed()
        reject(new Error(`the stream was refused: ${code} ${reason}`))
      },
    })
  })

const startMessage = (
  identity: Readonly<{ accountSid: string; callSid: string; streamSid: string }>,
  customParameters: Readonly<Record<string, string>>,
): string =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    streamSid: identity.streamSid,
    start: {
      ...identity,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters,
    },
  })

type Line = ReturnType<typeof createLine>

/** What happens on an open stream. Twilio plays from a queue; a mark is echoed when the audio before it was played. */
const createLine = ({ took, hears }: CallerOptions, streamSid: string) => {
  const voice = createTransit(took)
  const marks: { name: string; dueMs: number }[] = []
  let playedMs = 0
  let frames = 0
  let sequence = 1
  let isOver = false

  const take = (text: string) => {
    const nowMs = performance.now()
    if (text.startsWith('{"event":"media"')) {
      const ms = bytesAfter(text, '"payload":"') / BYTES_PER_MS
      playedMs = Math.max(playedMs, nowMs) + ms
      return hears(ms, nowMs)
    }
    if (text.startsWith('{"event":"clear"')) {
      playedMs = nowMs
      for (const mark of marks) mark.dueMs = nowMs
      return
    }
    marks.push({ name: between(text, '"name":"'), dueMs: playedMs })
  }

  const echoMarks = (socket: Socket, nowMs: number) => {
    while (marks.length > 0 && marks[0].dueMs <= nowMs) {
      const name = marks.shift()?.name
      socket.send(
        `{"event":"mark","sequenceNumber":"${++sequence}","streamSid":"${streamSid}",` +
          `"mark":{"name":"${name}"}}`,
      )
    }
  }

  const frame = (socket: Socket, isCounted: boolean) => {
    const nowMs = performance.now()
    echoMarks(socket, nowMs)
    const timestampMs = FRAME_MS * frames
    const payload = PAYLOADS[frames++ % PAYLOADS.length]
    voice.sent(FRAME_MS, nowMs, isCounted)
    socket.send(
      `{"event":"media","sequenceNumber":"${++sequence}","streamSid":"${streamSid}",` +
        `"media":{"track":"inbound","chunk":"${frames}","timestamp":"${timestampMs}",` +
        `"payload":"${payload}"}}`,
    )
  }

  return {
    take,
    closed: () => isOver = true,
    start: (socket: Socket, stop: string): Caller => ({
      voice,
      frame: (isCounted) => frame(socket, isCounted),
      hangUp: () => {
        socket.send(stop)
        socket.close()
      },
      wasCutOff: () => isOver,
    }),
  }
}
