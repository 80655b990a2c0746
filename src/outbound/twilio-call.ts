/** A call that we place, in the words of others: as Twilio is asked for it, and as the exchange is told of it. */
import type { OfferedCall } from '../bridge/offered-call.ts'
import type { NewCall } from '../twilio/rest.ts'
import type { Entry } from './entry.ts'
import { detectionOf } from './machine.ts'

const STATUS_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const

/** Says what Twilio is asked for; `publicUrl` is where it reaches us. */
export const newCallOf = ({ call, order, line, settings }: Entry, publicUrl: string): NewCall => {
  const url = `${publicUrl}/twilio/outbound/${call.id}`
  return {
    to: order.to,
    from: line.number,
    url,
    statusCallback: `${url}/status`,
    statusCallbackEvents: STATUS_EVENTS,
    timeoutS: Math.round(settings.ringForMs / 1000),
    machineDetection: detectionOf(settings.machine, `${url}/machine`),
  }
}

/** Says what is offered to the exchange once Twilio has named the call. */
export const callFactsOf = (
  { order, line, settings }: Entry,
  twilio: Pick<OfferedCall, 'callSid' | 'accountSid'>,
  owner: string,
): OfferedCall => ({
  ...twilio,
  from: order.to,
  line,
  owner,
  variables: order.variables,
  metadata: order.metadata,
  ringsForMs: settings.ringForMs,
})
