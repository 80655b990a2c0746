/**
 * The streams of Twilio. A socket becomes a caller's leg in three steps, and each may refuse it: the handshake is signed and
 * names a call that waits here; the socket is one of few that have not said who they are; its `start` brings the call's token.
 */
import { Hono } from 'hono'
import type { AwaitedCall } from '../bridge/offered-call.ts'
import type { Exchange } from '../bridge/exchange.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { StreamRefusal } from '../metrics/labels.ts'
import type { Socket, SocketEvents } from '../runtime/socket.ts'
import { decode } from '../twilio/decode.ts'
import type { StreamStart } from '../twilio/messages.ts'
import type { AppTypes } from './bindings.ts'
import { isTokenValid } from './stream-token.ts'
import { isSignedUpgrade, type SignatureCheck } from './twilio-signature.ts'

export type MediaOptions =
  & SignatureCheck
  & Readonly<{
    exchange: StreamOwner
    /** The calls between humans, whose streams only go one way. */
    listened: StreamOwner
    machine: string
    secret: string
    /** How many calls there may be at once. */
    capacity: () => number
    clock: Clock
    nowS: () => number
    metrics: Pick<Metrics, 'streamRefused' | 'watchSocket'>
    log: Log
  }>

/** Who has calls that wait for a stream. */
type StreamOwner = Pick<Exchange, 'awaited' | 'attach'>

/** A call has one stream; the other may be Twilio's second try, or somebody who has seen the address. */
const WAITING_PER_CALL = 2
const START_TIMEOUT_MS = 5_000
/** Close code for a socket that does not prove to be the stream of its call. */
const REFUSED = 4403

/** `/twilio/media/<machine>/<call>`. */
export const mediaRoutes = (options: MediaOptions): Hono<AppTypes> => {
  const { exchange, listened, log, metrics } = options
  /** How many sockets wait for the `start` of each call. */
  const waiting = new Map<string, number>()

  const refuse = (status: 403 | 404 | 503, reason: StreamRefusal, why: string) => {
    log.warn('stream.refused', { status, why })
    metrics.streamRefused(reason)
    return new Response(why, { status })
  }

  const isFull = (callSid: string): boolean => {
    const ofAll = [...waiting.values()].reduce((sum, sockets) => sum + sockets, 0)
    return (waiting.get(callSid) ?? 0) >= WAITING_PER_CALL ||
      ofAll >= WAITING_PER_CALL * options.capacity()
  }

  const count = (callSid: string, change: 1 | -1) => {
    const sockets = (waiting.get(callSid) ?? 0) + change
    if (sockets > 0) waiting.set(callSid, sockets)
    else waiting.delete(callSid)
  }

  /** Listens to a socket until its `start` has come, then hands it over to its call. */
  const awaitStart = (
    owner: StreamOwner,
    facts: AwaitedCall,
    socket: Socket,
  ): SocketEvents => {
    let joined: SocketEvents | undefined
    let isWaiting = true
    count(facts.callSid, 1)

    const stopWaiting = () => {
      if (!isWaiting) return
      isWaiting = false
      count(facts.callSid, -1)
      cancelTimeout()
    }
    const turnAway = (why: string) => {
      stopWaiting()
      log.warn('stream.turned-away', { callSid: facts.callSid, why })
      metrics.streamRefused('bad-start')
      socket.close(REFUSED, why)
    }
    const cancelTimeout: Cancel = options.clock.after(
      START_TIMEOUT_MS,
      () => turnAway('no start in time'),
    )

    return {
      message: (text) => {
        if (joined) return joined.message(text)
        const message = isWaiting ? decode(text) : undefined
        if (message?.type !== 'start') return
        const problem = problemOf(options, facts, message)
        joined = problem === undefined ? owner.attach(facts.callSid, socket, message) : undefined
        if (joined) stopWaiting()
        else turnAway(problem ?? 'the call has its stream')
      },
      closed: (close) => {
        stopWaiting()
        joined?.closed(close)
      },
    }
  }

  return new Hono<AppTypes>().get('/:machine/:callSid', (c) => {
    const { machine, callSid } = c.req.param()
    const { pathname } = new URL(c.req.url)
    if (!isSignedUpgrade(options, c.req.header('x-twilio-signature'), pathname)) {
      return refuse(403, 'bad-signature', 'bad signature')
    }
    const owner = exchange.awaited(callSid) ? exchange : listened
    const facts = machine === options.machine ? owner.awaited(callSid) : undefined
    if (!facts) return refuse(404, 'unknown-call', 'no call waits for this stream')
    if (isFull(callSid)) {
      return refuse(503, 'too-many', 'too many sockets wait for their start')
    }
    return c.env.accept((socket) => metrics.watchSocket('caller', awaitStart(owner, facts, socket)))
  })
}

/** Says why a `start` is not that of the call its socket was opened for. */
const problemOf = (
  { secret, nowS }: MediaOptions,
  { callSid, accountSid, epoch }: AwaitedCall,
  start: StreamStart,
): string | undefined => {
  if (start.callSid !== callSid) return 'start of another call'
  if (start.accountSid !== accountSid) return 'start of another account'
  if (!isTokenValid(secret, start.parameters.token ?? '', { callSid, epoch }, nowS())) {
    return 'bad token'
  }
  if (start.encoding !== 'audio/x-mulaw' || start.sampleRateHz !== 8000) {
    return `unknown audio format ${start.encoding} ${start.sampleRateHz}`
  }
  return undefined
}
