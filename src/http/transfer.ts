/**
 * Putting a caller through to a human, as Twilio tells of it: what became of the human's call, what they decided when they had heard
 * what it is about, and the caller who is left when it is over.
 */
import { Hono } from 'hono'
import type { Exchange } from '../bridge/exchange.ts'
import type { TransferFailure } from '../call/transfer.ts'
import type { Log } from '../log.ts'
import { askForKey, conference, hangUp, redirect, twiml } from '../twilio/twiml.ts'
import { roomOf } from './answers.ts'
import { field } from './call-form.ts'
import type { SignedTypes } from './signed-form.ts'
import { xml } from './xml.ts'

export type TransferOptions = Readonly<{
  exchange: Pick<Exchange, 'transferEnded' | 'transferOf'>
  publicUrl: string
  log: Log
}>

/** A call that is over, as Twilio says it. */
export const FINAL_STATUSES: ReadonlySet<string> = new Set([
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
])

const DECIDE_S = 8
const YES = '1'

/** `/twilio/human/<call>` and what belongs to it; the form of a request has been checked before. */
export const transferRoutes = (
  { exchange, publicUrl, log }: TransferOptions,
): Hono<SignedTypes> => {
  const routes = new Hono<SignedTypes>()

  // The human has answered, and is told what it is about.
  routes.post('/human/:callSid', (c) => {
    const { callSid } = c.req.param()
    const transfer = exchange.transferOf(callSid)
    if (!transfer) return xml(twiml(hangUp()))
    const { summary, line: { customer } } = transfer
    const decision = `${publicUrl}/twilio/human/${callSid}/decision`
    const sentence = customer.phrases.takeCall.replaceAll('{summary}', summary).trim()
    return xml(twiml(askForKey(sentence, decision, DECIDE_S), redirect(decision)))
  })

  routes.post('/human/:callSid/decision', (c) => {
    const { callSid } = c.req.param()
    const takes = field(c.get('form'), 'Digits') === YES
    const isThere = exchange.transferEnded(
      callSid,
      takes ? { is: 'answered' } : { is: 'failed', why: 'refused', isBack: false },
    )
    log.info('transfer.decided', { callSid, takes, isThere })
    return xml(
      takes && isThere ? twiml(conference(roomOf(callSid), { waits: false })) : twiml(hangUp()),
    )
  })

  routes.post('/human/:callSid/status', (c) => {
    const { callSid } = c.req.param()
    const status = field(c.get('form'), 'CallStatus')
    const transfer = exchange.transferOf(callSid)
    log.debug('transfer.status', { callSid, status })
    if (transfer?.destination.mode === 'cold') {
      // What became of a call that nobody took is told with the caller who comes back.
      if (status === 'in-progress') exchange.transferEnded(callSid, { is: 'answered' })
    } else if (transfer && FINAL_STATUSES.has(status)) {
      exchange.transferEnded(callSid, { is: 'failed', why: failureOf(status), isBack: false })
    }
    return c.body(null, 204)
  })

  return routes
}

/** What a status means for the caller: a human whose call is complete before they took it does not want it. */
export const failureOf = (status: string): TransferFailure => {
  switch (status) {
    case 'busy':
    case 'no-answer':
    case 'failed':
      return status
    case 'completed':
    case 'canceled':
      return 'refused'
    default:
      return 'failed'
  }
}
