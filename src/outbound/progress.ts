/**
 * How far a call that was placed has got, by what Twilio tells of it: each change in a request of its own, in any order, some twice.
 *
 * https://www.twilio.com/docs/voice/api/call-resource#statuscallback
 */

/** Where a call stands: in our queue, at Twilio, ringing, answered, or over for one of several reasons. */
export type OutboundStatus =
  | 'waiting'
  | 'placed'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'
  /** It waited longer than it may, and was never placed. */
  | 'expired'

/** What is known of a call, and by which of Twilio's messages. */
export type Progress = Readonly<{ status: OutboundStatus; sequenceNumber: number }>

/** Nothing was told yet. */
export const NO_PROGRESS: Progress = { status: 'waiting', sequenceNumber: -1 }

/** What Twilio calls the same. */
export const statusOf = (twilioStatus: string): OutboundStatus | undefined =>
  STATUSES.get(twilioStatus)

/** Whether nothing more will happen. */
export const isFinal = (status: OutboundStatus): boolean => STEPS[status] === STEPS.completed

/**
 * Takes a message. One that is older than what is known changes nothing, and nothing changes what is final. `sequenceNumber` is
 * absent for what is known otherwise: we asked for the call, or it asked for its document.
 */
export const advance = (
  now: Progress,
  status: OutboundStatus,
  sequenceNumber?: number,
): Progress => {
  const isOlder = sequenceNumber !== undefined && sequenceNumber <= now.sequenceNumber
  if (isOlder || STEPS[status] <= STEPS[now.status]) return now
  return { status, sequenceNumber: sequenceNumber ?? now.sequenceNumber }
}

const STEPS: Readonly<Record<OutboundStatus, number>> = {
  'waiting': 0,
  'placed': 1,
  'ringing': 2,
  'in-progress': 3,
  'completed': 4,
  'busy': 4,
  'no-answer': 4,
  'failed': 4,
  'canceled': 4,
  'expired': 4,
}

const STATUSES: ReadonlyMap<string, OutboundStatus> = new Map([
  ['queued', 'placed'],
  ['initiated', 'placed'],
  ['ringing', 'ringing'],
  ['in-progress', 'in-progress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['no-answer', 'no-answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
])
