/**
 * An account at a simulated Twilio: its REST API, the phones that it rings, and the calls that are on. What is asked of it happens:
 * phones ring, documents are fetched, callbacks come, all signed.
 *
 * https://www.twilio.com/docs/voice/api/call-resource
 */
import type { CallParties, CallStatus } from '../caller/call-fields.ts'
import type { CallMeans, PhoneCall } from '../caller/phone-call.ts'
import { type CallOptions, placeCall, randomSid, type SimulatedCall } from '../caller/place-call.ts'
import type { CallOutcome } from '../caller/outcome.ts'
import type { Callee } from './callee.ts'
import { createDialler } from './dialler.ts'
import { type Detection, ringPhone } from './ring.ts'
import {
  callAnswer,
  NOT_IN_PROGRESS,
  NOT_SIGNED_IN,
  notFound,
  problemOfNewCall,
  type Refusal,
  refusalAnswer,
} from './rest-answers.ts'
import { statusCallbacks } from './progress.ts'
import type { Room } from './conference.ts'

export type AccountOptions =
  & Omit<CallMeans, 'newSid'>
  & Readonly<{
    newSid?: CallMeans['newSid']
    accountSid: string
    /** Keys that may ask, with their secrets; the account itself may with its token. */
    apiKeys?: Readonly<Record<string, string>>
    /** The numbers that calls may come from; any when absent. */
    numbers?: readonly string[]
    /** Who picks up when a number is rung. A person by default. */
    callee?: (to: string) => Callee
    /** Holds a status callback back, so that a later one overtakes it. */
    callbackDelayMs?: (status: CallStatus) => number
    /** How long the API takes to answer; phones ring meanwhile. */
    answerAfterMs?: number
    /** From picking up to knowing a person, or a machine by its announcement; default 400. */
    detectionMs?: number
  }>

/** A call of the account, whoever placed it. */
export type AccountCall = Readonly<{
  call: PhoneCall
  status: () => CallStatus
  done: Promise<CallOutcome>
}>

/** What was asked of the API. */
export type RestRequest = Readonly<{ method: string; path: string; form: URLSearchParams }>

export type TwilioAccount = Readonly<{
  /** The REST API. */
  fetch: (request: Request) => Promise<Response>
  requests: readonly RestRequest[]
  /** Refuses the next requests, in turn. */
  refuse: (...refusals: readonly Refusal[]) => void
  /** All calls so far, in the order they were placed. */
  calls: () => readonly AccountCall[]
  /** Lets somebody outside call a number of the service: a call the API can change. */
  place: (
    options: Pick<CallOptions, 'baseUrl' | 'from' | 'to'> & Partial<CallOptions>,
  ) => SimulatedCall
  /** Says something where the call is, to whoever hears it there. */
  say: (callSid: string, what: string) => void
  /** The calls that this one hears, in the room where it is. */
  hears: (callSid: string) => readonly string[]
  conference: (name: string) => Room | undefined
}>

const DETECTION_MS = 400

/** Opens an account on which nothing has happened. */
export const createTwilioAccount = (options: AccountOptions): TwilioAccount => {
  const { accountSid, callee = () => ({ is: 'person' }) } = options
  const means = { ...options, newSid: options.newSid ?? randomSid }
  const calls = new Map<string, AccountCall>()
  const requests: RestRequest[] = []
  const refusals: Refusal[] = []

  const ring = (
    parties: CallParties,
    more: Readonly<{
      callbacks: Parameters<typeof ringPhone>[1]['callbacks']
      timeoutS: number
      detection?: Detection | undefined
      answered: Parameters<typeof ringPhone>[1]['answered']
    }>,
  ): AccountCall => {
    const rung = ringPhone(means, {
      ...more,
      parties,
      callee: callee(parties.to),
      dial: dialler.dial,
      delayMs: options.callbackDelayMs ?? (() => 0),
      detectionMs: options.detectionMs ?? DETECTION_MS,
    })
    calls.set(parties.callSid, rung)
    return rung
  }
  const dialler = createDialler({ ...means, ring })

  const create = (form: URLSearchParams): Response => {
    const problem = problemOfNewCall(form, options.numbers)
    if (problem) return refusalAnswer(problem)
    const get = (name: string) => form.get(name) ?? undefined
    const parties = {
      accountSid,
      callSid: means.newSid('CA'),
      from: get('From') ?? '',
      to: get('To') ?? '',
      direction: 'outbound-api',
    } as const
    ring(parties, {
      callbacks: statusCallbacks(get('StatusCallback'), form.getAll('StatusCallbackEvent')),
      timeoutS: Number(get('Timeout') ?? 60),
      detection: detectionOf(form),
      answered: (call) =>
        call.follow(
          get('Twiml') !== undefined && get('Url') === undefined
            ? { twiml: get('Twiml') ?? '', url: '' }
            : { url: get('Url') ?? '', method: methodOf(form), extra: {} },
        ),
    })
    return callAnswer(parties, 'queued', 201)
  }

  const update = ({ call, status }: AccountCall, form: URLSearchParams): Response => {
    const isOver = !['queued', 'initiated', 'ringing', 'in-progress'].includes(status())
    const wanted = form.get('Status')
    const isTalking = status() === 'in-progress'
    if (isOver || (wanted === null && !isTalking)) return refusalAnswer(NOT_IN_PROGRESS)
    const [url, twiml] = [form.get('Url'), form.get('Twiml')]
    if (wanted === 'completed' || (wanted === 'canceled' && !isTalking)) call.change({ end: true })
    else if (url !== null) call.change({ url, method: methodOf(form) })
    else if (twiml !== null) call.change({ twiml })
    return callAnswer(call.parties, status(), 200)
  }

  const answer = (request: Request, path: string, form: URLSearchParams): Response => {
    const refusal = isSignedIn(options, request) ? refusals.shift() : NOT_SIGNED_IN
    if (refusal) return refusalAnswer(refusal)
    const [, account, sid] = PATH.exec(path) ?? []
    if (account !== accountSid) return refusalAnswer(notFound(path))
    if (sid === undefined && request.method === 'POST') return create(form)
    const found = calls.get(sid ?? '')
    if (!found) return refusalAnswer(notFound(path))
    return request.method === 'POST'
      ? update(found, form)
      : callAnswer(found.call.parties, found.status(), 200)
  }

  return {
    requests,
    refuse: (...next) => void refusals.push(...next),
    calls: () => [...calls.values()],
    fetch: async (request) => {
      const path = new URL(request.url).pathname
      const form = new URLSearchParams(request.method === 'POST' ? await request.text() : '')
      requests.push({ method: request.method, path, form })
      const response = answer(request, path, form)
      const { answerAfterMs } = options
      if (answerAfterMs === undefined) return response
      return new Promise((resolve) =>
        void options.clock.after(answerAfterMs, () => resolve(response))
      )
    },
    place: (given) => {
      let placed: PhoneCall | undefined
      const simulated = placeCall({
        ...means,
        dial: dialler.dial,
        ...given,
        accountSid,
        placed: (call) => {
          placed = call
        },
      })
      let isOver = false
      simulated.done.finally(() => isOver = true)
      if (placed) {
        const call = placed
        calls.set(simulated.callSid, {
          call,
          status: () => isOver ? 'completed' : call.hook.status(),
          done: simulated.done,
        })
      }
      return simulated
    },
    say: dialler.say,
    hears: dialler.hears,
    conference: dialler.conference,
  }
}

const PATH = /^\/2010-04-01\/Accounts\/([^/]+)\/Calls(?:\/([^/]+))?\.json$/

const methodOf = (form: URLSearchParams): 'GET' | 'POST' =>
  form.get('Method') === 'GET' ? 'GET' : 'POST'

const isSignedIn = (
  { accountSid, authToken, apiKeys = {} }: AccountOptions,
  request: Request,
): boolean => {
  const users = { ...apiKeys, [accountSid]: authToken }
  const given = request.headers.get('authorization')
  return Object.entries(users).some(([user, password]) =>
    given === `Basic ${btoa(`${user}:${password}`)}`
  )
}

/** Only the asynchronous kind is played: the other one would keep a person waiting. */
const detectionOf = (form: URLSearchParams): Detection | undefined => {
  const url = form.get('AsyncAmdStatusCallback')
  const mode = form.get('MachineDetection')
  if (url === null || form.get('AsyncAmd') !== 'true') return undefined
  return mode === 'Enable' || mode === 'DetectMessageEnd' ? { mode, url } : undefined
}
