/**
 * A server in memory, on a fake clock: answers webhooks with what a test says and writes down who
 * asked for what.
 */
import type { ConnectOptions } from '../../../src/runtime/runtime.ts'
import type { SocketClose, SocketEvents } from '../../../src/runtime/socket.ts'
import { type CallOptions, placeCall } from '../../../src/sim/caller/place-call.ts'
import type { Fetch } from '../../../src/sim/caller/webhook.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { createSocketPair, type SocketEnd } from '../../../src/sim/virtual/socket-pair.ts'

export type Answer = Response | 'unreachable' | 'no answer'

/** The path, and how often it was asked for before. */
export type Answers = (path: string, earlier: number) => Answer

export const twiml = (verbs: string) =>
  new Response(`<Response>${verbs}</Response>`, { headers: { 'content-type': 'text/xml' } })

/** A stream that was asked for: its server end, what came there, and when the caller closed it. */
type Upgrade = Readonly<{
  url: string
  options: ConnectOptions
  server: SocketEnd
  texts: string[]
  closedAtMs: number[]
}>

export type ServerOptions = Readonly<{ refuseWith?: SocketClose; handshakeMs?: number }>

export const createServerFixture = (
  answers: Answers,
  { refuseWith, handshakeMs = 0 }: ServerOptions = {},
) => {
  const clock = createFakeClock()
  const requests: { atMs: number; path: string; fields: Record<string, string> }[] = []
  const upgrades: Upgrade[] = []

  const fetch: Fetch = (url, init) => {
    const path = new URL(url).pathname
    const earlier = requests.filter((request) => request.path === path).length
    const fields = Object.fromEntries(new URLSearchParams(String(init.body)))
    requests.push({ atMs: clock.nowMs(), path, fields })
    const answer = answers(path, earlier)
    if (answer === 'unreachable') return Promise.reject(new TypeError('connection refused'))
    return answer === 'no answer' ? new Promise(() => {}) : Promise.resolve(answer)
  }

  const connect = (url: string, options: ConnectOptions, events: SocketEvents) => {
    const [twilio, server] = createSocketPair(clock)
    const texts: string[] = []
    const closedAtMs: number[] = []
    upgrades.push({ url, options, server, texts, closedAtMs })
    clock.after(handshakeMs, () => {
      if (refuseWith) return events.closed(refuseWith)
      server.listen({ message: (text) => void texts.push(text), closed: () => {} })
      twilio.listen(events)
    })
    const close = (code?: number, reason?: string) => {
      closedAtMs.push(clock.nowMs())
      twilio.socket.close(code, reason)
    }
    return { ...twilio.socket, close }
  }

  let sids = 0
  const means = {
    connect,
    fetch,
    clock,
    now: () => new Date(Date.UTC(2026, 10, 22, 9, 30) + clock.nowMs()),
    accountSid: 'AC0123456789abcdef0123456789abcdef',
    authToken: '12345',
    newSid: (prefix: string) => `${prefix}${String(++sids).padStart(32, '0')}`,
  }
  const place = (more: Partial<CallOptions> = {}) =>
    placeCall({
      ...means,
      baseUrl: 'http://127.0.0.1:8080',
      from: '+14158675310',
      to: '+15005550006',
      ...more,
    })

  /**
   * Lets time pass, in steps of a frame; at each step all that waits for promises alone comes
   * first.
   */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 20) {
      await settle()
      clock.advance(Math.min(20, left))
    }
    await settle()
  }

  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) {
      if (turn % 10 === 0) clock.advance(0)
      await Promise.resolve()
    }
  }
  return { clock, requests, upgrades, means, place, pass }
}
