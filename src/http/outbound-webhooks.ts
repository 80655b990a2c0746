/**
 * `/twilio/outbound/*`: what Twilio asks and tells of the calls that we placed. All of it is signed, and the id of the call is in the
 * path, so that it is known before Twilio has told its own.
 */
import { Hono } from 'hono'
import type { Exchange } from '../bridge/exchange.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { hangUp, say, twiml } from '../twilio/twiml.ts'
import { field, lineNumberOf, offeredCall } from './call-form.ts'
import { callStreams, type CallStreamsOptions } from './call-streams.ts'
import type { SignedTypes } from './signed-form.ts'
import { xml } from './xml.ts'

export type OutboundWebhookOptions =
  & CallStreamsOptions
  & Readonly<{
    outbound: Pick<Outbound, 'answered' | 'progressed' | 'detected'>
    exchange: Pick<Exchange, 'offer'>
    config: () => Config
    machine: string
    log: Log
  }>

/** The routes; `signedForms` must come before them. */
export const outboundWebhooks = (options: OutboundWebhookOptions): Hono<SignedTypes> => {
  const { outbound, exchange, config, log } = options
  const streams = callStreams(options)
  const routes = new Hono<SignedTypes>()

  routes.post('/:id', async (c) => {
    const form = c.get('form')
    const facts = await outbound.answered(c.req.param('id'), offeredCall(form, options.machine))
    const call = facts && exchange.offer(facts)
    if (call) return xml(twiml(streams.connect(call)))
    // Somebody has picked up, and nobody knows why they were called: the call was taken back, or is of a process that kept nothing.
    log.warn('outbound.unknown-call', { id: c.req.param('id'), callSid: field(form, 'CallSid') })
    const line = config().lineOf(lineNumberOf(form))
    return xml(twiml(...(line ? [say(line.customer.fallback.say)] : []), hangUp()))
  })

  routes.post('/:id/status', async (c) => {
    const form = c.get('form')
    const sequenceNumber = Number.parseInt(field(form, 'SequenceNumber'), 10)
    await outbound.progressed(c.req.param('id'), field(form, 'AccountSid'), {
      callSid: field(form, 'CallSid'),
      status: field(form, 'CallStatus'),
      sequenceNumber: Number.isNaN(sequenceNumber) ? undefined : sequenceNumber,
    })
    return c.body(null, 204)
  })

  routes.post('/:id/machine', (c) => {
    outbound.detected(c.req.param('id'), field(c.get('form'), 'AnsweredBy'))
    return c.body(null, 204)
  })
  return routes
}
