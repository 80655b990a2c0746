/**
 * Twilio's webhooks: a call is offered, a stream has ended, something was noticed. Nothing is done for a request that Twilio has
 * not signed.
 *
 * https://www.twilio.com/docs/voice/twiml
 */
import { Hono } from 'hono'
import type { TransferOutcome } from '../bridge/bridge.ts'
import type { OfferedCall } from '../bridge/offered-call.ts'
import type { Exchange } from '../bridge/exchange.ts'
import { holdToneWav } from '../bridge/hold-tone.ts'
import type { ListenedCalls } from '../bridge/listening/listened-calls.ts'
import { MAIN_AGENT } from '../call/rules.ts'
import type { Config, Destination, Listen } from '../config/config.ts'
import { type Route, route } from '../config/route.ts'
import type { CallRefusal } from '../metrics/labels.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { dial, hangUp, reject, say, twiml, type TwimlVerb } from '../twilio/twiml.ts'
import { apology, createAnswers } from './answers.ts'
import { field, lineNumberOf, offeredCall } from './call-form.ts'
import { callStreams, type CallStreamsOptions } from './call-streams.ts'
import { type OutboundWebhookOptions, outboundWebhooks } from './outbound-webhooks.ts'
import { type SignedFormOptions, signedForms, type SignedTypes } from './signed-form.ts'
import { failureOf, FINAL_STATUSES, type TransferOptions, transferRoutes } from './transfer.ts'
import type { FormFields } from './twilio-signature.ts'
import { xml } from './xml.ts'

export type TwilioOptions =
  & SignedFormOptions
  & CallStreamsOptions
  & OutboundWebhookOptions
  & TransferOptions
  & Readonly<{
    exchange: Pick<Exchange, 'offer' | 'noRoom' | 'after' | 'end' | 'awaited'>
    listened: Pick<ListenedCalls, 'offer' | 'end'>
    config: () => Config
    machine: string
    isReady: () => boolean
    metrics: Pick<Metrics, 'callRefused' | 'webhookRefused'>
  }>

/** `/twilio/*`: signed form POSTs, and the sound that Twilio plays to those who wait. */
export const twilioRoutes = (options: TwilioOptions): Hono<SignedTypes> => {
  const { exchange, listened, config, log, metrics } = options
  const answers = createAnswers(options)
  const streams = callStreams(options)
  const routes = new Hono<SignedTypes>()
  routes.post('*', ...signedForms(options))
  routes.route('/outbound', outboundWebhooks(options))
  routes.route('/', transferRoutes(options))

  routes.post('/voice', (c) => {
    const form = c.get('form')
    const line = config().lineOf(lineNumberOf(form))
    if (!line) {
      log.warn('call.unknown-number', { callSid: field(form, 'CallSid') })
      metrics.callRefused('unknown-number')
      return xml(twiml(reject('rejected')))
    }
    const facts = { ...offeredCall(form, options.machine), line }
    // Twilio repeats a webhook that it lost; the call has begun then, whatever the clock says by now.
    const isRepeated = exchange.awaited(facts.callSid) !== undefined
    const next: Route = isRepeated
      ? { is: 'answer', agent: MAIN_AGENT }
      : route(line, facts.from, options.nowS() * 1000)
    switch (next.is) {
      case 'answer':
        return xml(twiml(...answer({ ...facts, agent: next.agent }, isRepeated)))
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
  const putThrough = (facts: OfferedCall, listen: Listen): readonly TwimlVerb[] => {
    const { callSid, line } = facts
    const reason = options.isReady() ? exchange.noRoom(line) : 'draining'
    if (reason) log.warn('listening.no-room', { callSid, customer: line.customer.id, reason })
    const call = reason ? undefined : listened.offer(facts, listen)
    if (!call) return [dial(listen.dial)]
    const announce = listen.announce === undefined ? [] : [say(listen.announce)]
    return [streams.fork(call), ...announce, dial(listen.dial)]
  }

  const refuse = (reason: CallRefusal, { callSid, line }: OfferedCall) => {
    log.info('call.not-taken', { callSid, customer: line.customer.id, reason })
    metrics.callRefused(reason)
  }

  const answer = (facts: OfferedCall, isRepeated: boolean): readonly TwimlVerb[] => {
    const { callSid, line } = facts
    const reason = options.isReady() ? exchange.noRoom(line) : 'draining'
    if (reason && !isRepeated) {
      log.warn('call.no-room', { callSid, customer: line.customer.id, reason })
      metrics.callRefused(reason)
      return line.customer.limits.whenFull === 'fallback' ? apology(line) : [reject('busy')]
    }
    const call = exchange.offer(facts)
    // A call that has its stream already is not offered again by Twilio.
    return [call ? streams.connect(call) : reject('rejected')]
  }

  routes.post('/after', async (c) => {
    const form = c.get('form')
    const callSid = field(form, 'CallSid')
    if (FINAL_STATUSES.has(field(form, 'CallStatus'))) {
      exchange.end(callSid, 'caller-hung-up')
      return xml(twiml(hangUp()))
    }
    const line = config().lineOf(lineNumberOf(form, new URL(c.req.url).search))
    const facts = offeredCall(form, options.machine)
    const next = await exchange.after(facts, line)
    if (next.is === 'apology') {
      log.warn('call.apology', { callSid, customer: next.line?.customer.id })
    }
    return xml(answers.after(next, line && { ...facts, line }))
  })

  // A call to a human is over, or was never taken, and the caller is still there.
  routes.post('/transferred', async (c) => {
    const form = c.get('form')
    const facts = offeredCall(form, options.machine)
    if (FINAL_STATUSES.has(field(form, 'CallStatus'))) {
      exchange.end(facts.callSid, 'caller-hung-up')
      return xml(twiml(hangUp()))
    }
    const transfer = exchange.transferOf(facts.callSid)
    exchange.transferEnded(facts.callSid, outcomeOf(form, transfer))
    // Another process began this; they have talked, and that was it.
    if (!transfer && hasTalked(form) && !exchange.awaited(facts.callSid)) {
      return xml(twiml(hangUp()))
    }
    const line = config().lineOf(lineNumberOf(form, new URL(c.req.url).search))
    const next = await exchange.after(facts, line)
    return xml(answers.after(next, line && { ...facts, line }))
  })

  // Not signed, and no secret: Twilio keeps it, so that it can be played when nobody is there to ask.
  routes.get('/hold.wav', (c) =>
    c.body(holdToneWav(), 200, {
      'content-type': 'audio/wav',
      'cache-control': 'public, max-age=86400',
    }))

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

const TALKED: ReadonlySet<string> = new Set(['completed', 'answered', 'bridged', 'hangup', 'leave'])

const hasTalked = (form: FormFields): boolean => TALKED.has(statusOf(form))

const statusOf = (form: FormFields): string =>
  field(form, 'DialCallStatus') || field(form, 'QueueResult')

/** In a conference somebody answers whoever comes; only the human's own decision tells. */
const outcomeOf = (
  form: FormFields,
  transfer: Readonly<{ destination: Destination }> | undefined,
): TransferOutcome => {
  const talked = hasTalked(form)
  if (talked && transfer?.destination.mode === 'cold') return { is: 'answered' }
  return { is: 'failed', why: talked ? 'no-answer' : failureOf(statusOf(form)), isBack: true }
}
