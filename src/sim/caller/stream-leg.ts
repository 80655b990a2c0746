/**
 * One `<Connect><Stream>` from the handshake to its end, with the status callbacks the TwiML asked
 * for.
 */
import type { Clock } from '../../clock.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Socket, SocketClose } from '../../runtime/socket.ts'
import { type CallParties, type FormFields, streamFields } from './call-fields.ts'
import type { Journal } from './journal.ts'
import { createLine, type Line, type LineEnd, type LineOptions } from './line.ts'
import { sign } from './signature.ts'
import { streamTarget } from './stream-url.ts'
import type { HttpMethod, StreamNoun } from './twiml.ts'

/** How the person and the carrier at this end behave. */
export type LineBehaviour = Pick<
  LineOptions,
  'background' | 'suppressSilence' | 'jitterMs' | 'eachFrame'
>

/** A stream that never started. `code` is what Twilio's debugger would show. */
export type StreamRefusal = Readonly<{
  how: 'refused'
  code: number
  problem: string
  httpStatus?: number
}>

/** What a stream needs of the call it belongs to. */
export type StreamLegOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  now: () => Date
  authToken: string
  parties: CallParties
  streamSid: string
  behaviour?: LineBehaviour | undefined
  journal: Journal
  /** Aborted when the caller hangs up, or the call is told to do something else. */
  interrupted: AbortSignal
  started: (line: Line) => void
  notify: (url: string, method: HttpMethod, fields: FormFields) => void
}>

/**
 * Twilio does not publish how long it waits for the upgrade; this is what its webhooks get to
 * connect.
 */
const HANDSHAKE_LIMIT_MS = 5_000

/** How a stream went; `abandoned` when it was interrupted before it could start. */
export type StreamLegEnd = LineEnd | StreamRefusal | Readonly<{ how: 'abandoned' }>

/** Runs a stream and says how it ended. Never rejects. */
export const runStream = async (
  options: StreamLegOptions,
  noun: StreamNoun,
  documentUrl: string,
): Promise<StreamLegEnd> => {
  const { journal, now, notify, parties, streamSid } = options
  const report = (event: StreamEvent, error?: string) => {
    if (noun.statusCallback === undefined) return
    const stream = { streamSid, name: noun.name ?? streamSid }
    const fields = streamFields(parties, stream, event, now(), error)
    notify(noun.statusCallback, noun.statusCallbackMethod, fields)
  }

  const target = streamTarget(noun, documentUrl)
  const end: StreamLegEnd = 'code' in target
    ? { how: 'refused', ...target }
    : await connectLine(options, noun, target.url, () => report('stream-started'))
  const error = errorOf(end)
  if (error) journal.warn(error.code, error.problem)
  if (error && end.how !== 'server-closed') report('stream-error', error.problem)
  else if (end.how !== 'abandoned') report('stream-stopped')
  return end
}

type StreamEvent = Parameters<typeof streamFields>[2]

/**
 * What Twilio logs for an end. It logs an error even when the server closed its socket on purpose.
 */
const errorOf = (
  end: StreamLegEnd,
): Readonly<{ code: number; problem: string }> | undefined => {
  switch (end.how) {
    case 'refused':
      return end
    case 'server-closed':
      return { code: 31921, problem: `the server closed the socket with ${end.code}` }
    case 'lost':
    case 'torn':
      return { code: 31903, problem: 'the socket broke without a closing handshake' }
    case 'hung-up':
    case 'abandoned':
      return undefined
  }
}

const connectLine = (
  options: StreamLegOptions,
  noun: StreamNoun,
  url: string,
  started: () => void,
): Promise<StreamLegEnd> =>
  new Promise((resolve) => {
    const { clock, journal, interrupted } = options
    const dialledMs = clock.nowMs()
    let live: ReturnType<typeof startLine> | undefined

    const opened = () => {
      if (interrupted.aborted) return socket.close()
      live = startLine(options, socket, noun, resolve)
      started()
      options.started(live.line)
    }
    const closed = (close: SocketClose) => {
      if (live) return live.events.closed(close)
      resolve({ how: 'refused', ...refusalOf(close, url, clock.nowMs() - dialledMs) })
    }
    const hangUp = () => {
      if (live) return live.line.hangUp()
      resolve({ how: 'abandoned' })
      socket.close()
    }

    journal.note({ event: 'connecting', url })
    const headers = { 'x-twilio-signature': sign(options.authToken, url) }
    const socket = options.connect(url, { headers, timeoutMs: HANDSHAKE_LIMIT_MS }, {
      opened,
      message: (text) => live?.events.message(text),
      closed,
    })
    interrupted.addEventListener('abort', hangUp, { once: true })
  })

/** Starts the line on the open socket; once it is over, it is kept in the journal. */
const startLine = (
  { clock, journal, parties, streamSid, behaviour }: StreamLegOptions,
  socket: Socket,
  noun: StreamNoun,
  ended: (end: LineEnd) => void,
) => {
  const startMs = journal.nowMs()
  journal.note({ event: 'stream-started', streamSid })
  const started = createLine({
    ...behaviour,
    socket,
    clock,
    stream: { ...parties, streamSid, customParameters: noun.parameters },
    acted: (act) => journal.note({ event: 'acted', act }),
    ended: (end) => {
      const { line } = started
      const audio = { said: line.said(0, end.atMs), heard: line.heard(0, end.atMs) }
      journal.keep({ ...line.record(), ...audio, startMs })
      journal.note({ event: 'stream-ended', streamSid, end })
      ended(end)
    },
  })
  return started
}

/**
 * Only a status tells a refusal from an unreachable server; a timeout is told by how long it took.
 */
const refusalOf = ({ httpStatus }: SocketClose, url: string, tookMs: number) => {
  if (httpStatus !== undefined) {
    const problem = `the handshake was answered with ${httpStatus}, not 101: ${url}`
    return { code: 31920, problem, httpStatus }
  }
  return tookMs >= HANDSHAKE_LIMIT_MS
    ? { code: 31901, problem: `no handshake within ${HANDSHAKE_LIMIT_MS} ms: ${url}` }
    : { code: 31902, problem: `no connection to ${url}` }
}
