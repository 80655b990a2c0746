/** One `<Start><Stream>` from the handshake to its end, beside the call that goes on. */
import type { Clock } from '../../clock.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import { type CallParties, type FormFields, streamFields } from './call-fields.ts'
import { createFork, type Fork } from './fork.ts'
import type { Journal } from './journal.ts'
import type { Track } from './messages.ts'
import { sign } from './signature.ts'
import { streamTarget } from './stream-url.ts'
import type { HttpMethod, StartVerb } from './twiml.ts'

export type ForkLegOptions = Readonly<{
  connect: Runtime['connect']
  clock: Clock
  now: () => Date
  authToken: string
  parties: CallParties
  streamSid: string
  journal: Journal
  /** Aborted once the call is over, whoever ended it. */
  over: AbortSignal
  started: (fork: Fork) => void
  notify: (url: string, method: HttpMethod, fields: FormFields) => void
}>

const HANDSHAKE_LIMIT_MS = 5_000

const TRACKS: Readonly<Record<StartVerb['track'], readonly Track[]>> = {
  inbound_track: ['inbound'],
  outbound_track: ['outbound'],
  both_tracks: ['inbound', 'outbound'],
}

/** Starts a fork. Whatever becomes of it is in the journal and told to the status callback, and changes nothing in the call. */
export const startFork = (
  options: ForkLegOptions,
  { stream: noun, track }: StartVerb,
  documentUrl: string,
): void => {
  const { clock, journal, parties, streamSid, over } = options
  const report = (event: Parameters<typeof streamFields>[2], error?: string) => {
    if (noun.statusCallback === undefined) return
    const stream = { streamSid, name: noun.name ?? streamSid }
    const fields = streamFields(parties, stream, event, options.now(), error)
    options.notify(noun.statusCallback, noun.statusCallbackMethod, fields)
  }
  const failed = (code: number, problem: string) => {
    journal.warn(code, problem)
    report('stream-error', problem)
  }

  const target = streamTarget(noun, documentUrl)
  if ('code' in target) return failed(target.code, target.problem)
  let live: ReturnType<typeof createFork> | undefined
  journal.note({ event: 'connecting', url: target.url })
  const headers = { 'x-twilio-signature': sign(options.authToken, target.url) }
  const socket = options.connect(target.url, { headers, timeoutMs: HANDSHAKE_LIMIT_MS }, {
    opened: () => {
      if (over.aborted) return socket.close()
      const created = createFork({
        socket,
        clock,
        stream: { ...parties, streamSid, customParameters: noun.parameters },
        tracks: TRACKS[track],
        ended: (how) => {
          if (how === 'server-closed') journal.warn(31921, 'the server closed the socket')
          // A stream that only goes one way takes no message at all.
          if (created.fork.received.length > 0) journal.warn(31951, 'the server sent a message')
          report('stream-stopped')
        },
      })
      live = created
      over.addEventListener('abort', created.fork.end, { once: true })
      journal.note({ event: 'fork-started', streamSid })
      report('stream-started')
      options.started(created.fork)
    },
    message: (text) => live?.events.message(text),
    closed: (close) => {
      if (live) return live.events.closed(close)
      if (!over.aborted) failed(31920, `the handshake failed: ${close.httpStatus ?? close.code}`)
    },
  })
}
