/**
 * Twilio's webhooks: a call is offered, a stream has ended, something was noticed. Nothing is done for a request that Twilio has
 * not signed.
 *
 * https://www.twilio.com/docs/voice/twiml
 */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { AwaitedCall, CallFacts, Exchange } from '../bridge/exchange.ts'
import type { ListenedCalls } from '../bridge/listened-calls.ts'
import type { Config, Line, Listen } from '../config/config.ts'
import { MAIN_AGENT, type Route, route } from '../config/route.ts'
import type { Log } from '../log.ts'
import type { CallRefusal } from '../metrics/labels.ts'
import type { Metrics } from '../metrics/metrics.ts'
import {
  connectStream,
  dial,
  hangUp,
  pause,
  redirect,
  reject,
  say,
  startStream,
  twiml,
  type TwimlVerb,
} from '../twilio/twiml.ts'
import type { AppTypes } from './bindings.ts'
import { signToken } from './stream-token.ts'
import {
  type FormFields,
  isSignedWebhook,
  type SignatureCheck,
  webSocketUrl,
} from './twilio-signature.ts'

export type TwilioOptions =
  & SignatureCheck
  & Readonly<{
    exchange: Pick<Exchange, 'offer' | 'noRoom' | 'after' | 'end' | 'awaited'>
    listened: Pick<ListenedCalls, 'offer' | 'end'>
    config: () => Config
    /** The account whose calls are taken; any that signs with our token when absent. */
    accountSid?: string | undefined
    machine: string
    /** Signs the tokens of streams. */
    secret: string
    isReady: () => boolean
    /** Seconds since the epoch. */
    nowS: () => number
    metrics: Pick<Metrics, 'callRefused' | 'webhookRefused'>
    log: Log
  }>

type TwilioTypes = AppTypes & { Variables: { form: FormFields } }

/** Far above what Twilio sends. */
const MAX_FORM_BYTES = 64 * 1024

/** What is said when a call cannot be matched to a customer any more. */
const SORRY = 'Sorry, something went wrong on our side. Please call again.'

const FINAL_STATUSES: ReadonlySet<string> = new Set([
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
])

/** `/twilio/*`, all of them signed form POSTs. */
export const twilioRoutes = (options: TwilioOptions): Hono<TwilioTypes> => {
  const { exchange, listened, config, log, metrics, publicUrl } = options
  const routes = new Hono<TwilioTypes>()
  routes.post('*', bodyLimit({ maxSize: MAX_FORM_BYTES }), signedForm(options))

  routes.post('/voice', (c) => {
    const form = c.get('form')
    const line = config().lineOf(field(form, 'To'))
    if (!line) {
      log.warn('call.unknown-number', { callSid: field(form, 'CallSid') })
      metrics.callRefused('unknown-number')
      return xml(twiml(reject('rejected')))
    }
    const facts = { ...factsOf(form, options.machine), line }
    // Twilio repeats a webhook that it lost; the call has begun then, whatever the clock says by now.
    const isRepeated = exchange.awaited(facts.callSid) !== undefined
    const next: Route = isRepeated
      ? { is: 'answer', agent: MAIN_AGENT }
      : route(line, facts.from, options.nowS() * 1000)
    switch (next.is) {
      case 'answer':
        return xml(twiml(...answer(answeredBy(next.agent, facts), isRepeated)))
      case 'reject':
        refuse('blocked', facts)
        return xml(twiml(reject('rejected')))
      case 'say':
        refuse('closed', facts)
        return xml(twiml(say(next.sentence), hangUp()))
      case 'transfer':
        refuse('closed', facts)
        return xml(twiml(dial(next.to)))
      case 'listen':
        return xml(twiml(...putThrough(facts, next.listen)))
    }
  })

  /** The humans are to talk whatever becomes of us: the call needs nothing of this machine from here on. */
  const putThrough = (facts: CallFacts, listen: Listen): readonly TwimlVerb[] => {
    const { callSid, line } = facts
    const reason = options.isReady() ? exchange.noRoom(line) : 'draining'
    if (reason) log.warn('listening.no-room', { callSid, customer: line.customer.id, reason })
    const call = reason ? undefined : listened.offer(facts, listen)
    if (!call) return [dial(listen.dial)]
    const announce = listen.announce === undefined ? [] : [say(listen.announce)]
    return [startStream(streamFor(call)), ...announce, dial(listen.dial)]
  }

  const refuse = (reason: CallRefusal, { callSid, line }: CallFacts) => {
    log.info('call.not-taken', { callSid, customer: line.customer.id, reason })
    metrics.callRefused(reason)
  }

  const answer = (facts: CallFacts, isRepeated: boolean): readonly TwimlVerb[] => {
    const { callSid, line } = facts
    const reason = options.isReady() ? exchange.noRoom(line) : 'draining'
    if (reason && !isRepeated) {
      log.warn('call.no-room', { callSid, customer: line.customer.id, reason })
      metrics.callRefused(reason)
      return line.customer.limits.whenFull === 'fallback' ? apology(line) : [reject('busy')]
    }
    const call = exchange.offer(facts)
    // A call that has its stream already is not offered again by Twilio.
    return [call ? streamOf(call) : reject('rejected')]
  }

  // For a process that is just being replaced Twilio tries again, as often as it does at all.
  const after = `${publicUrl}/twilio/after#rc=5&rp=all`

  const streamOf = (call: AwaitedCall) => connectStream({ ...streamFor(call), action: after })

  const streamFor = ({ callSid, epoch, owner }: AwaitedCall) => ({
    url: `${webSocketUrl(publicUrl)}/twilio/media/${owner}/${callSid}`,
    statusCallback: `${publicUrl}/twilio/stream-status`,
    parameters: { token: signToken(options.secret, { callSid, epoch }, options.nowS()) },
  })

  routes.post('/after', async (c) => {
    const form = c.get('form')
    const callSid = field(form, 'CallSid')
    if (FINAL_STATUSES.has(field(form, 'CallStatus'))) {
      exchange.end(callSid, 'caller-hung-up')
      return xml(twiml(hangUp()))
    }
    const line = config().lineOf(field(form, 'To'))
    const next = await exchange.after(factsOf(form, options.machine), line)
    switch (next.is) {
      case 'over':
        return xml(twiml(hangUp()))
      case 'resumed':
        return xml(twiml(streamOf(next.call)))
      case 'handed-over':
        return xml(twiml(pause(1), redirect(after)))
      case 'apology':
        log.warn('call.apology', { callSid, customer: next.line?.customer.id })
        return xml(twiml(...apology(next.line)))
    }
  })

  routes.post('/stream-status', (c) => {
    const form = c.get('form')
    const fields = {
      callSid: field(form, 'CallSid'),
      event: field(form, 'StreamEvent'),
      problem: field(form, 'StreamError'),
    }
    if (fields.problem === '') log.debug('stream.status', fields)
    else log.warn('stream.status', fields)
    return c.body(null, 204)
  })

  routes.post('/call-status', (c) => {
    const form = c.get('form')
    const status = field(form, 'CallStatus')
    if (FINAL_STATUSES.has(status)) {
      exchange.end(field(form, 'CallSid'), 'caller-hung-up')
      listened.end(field(form, 'CallSid'))
    }
    log.debug('call.status', { callSid: field(form, 'CallSid'), status })
    return c.body(null, 204)
  })

  return routes
}

/** Lets a request through that Twilio has signed, with its form. */
const signedForm = (options: TwilioOptions) =>
  createMiddleware<TwilioTypes>(async (c, next) => {
    const form = formOf(await c.req.text())
    const { pathname, search } = new URL(c.req.url)
    const signature = c.req.header('x-twilio-signature')
    const { accountSid, log, metrics } = options
    if (!isSignedWebhook(options, signature, pathname + search, form)) {
      log.warn('twilio.bad-signature', { path: pathname, hasSignature: signature !== undefined })
      metrics.webhookRefused('bad-signature')
      return c.text('bad signature', 403)
    }
    if (accountSid !== undefined && field(form, 'AccountSid') !== accountSid) {
      log.warn('twilio.other-account', { path: pathname })
      metrics.webhookRefused('other-account')
      return c.text('not our account', 403)
    }
    c.set('form', form)
    await next()
  })

const formOf = (body: string): FormFields => {
  const params = new URLSearchParams(body)
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

const answeredBy = (agent: string, facts: CallFacts): CallFacts =>
  agent === MAIN_AGENT ? facts : { ...facts, agent }

const field = (form: FormFields, name: string): string => {
  const value = form[name] ?? ''
  return typeof value === 'string' ? value : value[0] ?? ''
}

const factsOf = (form: FormFields, owner: string): Omit<CallFacts, 'line'> => ({
  callSid: field(form, 'CallSid'),
  accountSid: field(form, 'AccountSid'),
  from: field(form, 'From'),
  owner,
})

const apology = (line: Line | undefined): string[] => {
  const fallback = line?.customer.fallback
  return [
    say(fallback?.say ?? SORRY),
    fallback?.dial === undefined ? hangUp() : dial(fallback.dial),
  ]
}

const xml = (document: string): Response =>
  new Response(document, { headers: { 'content-type': 'text/xml; charset=utf-8' } })
