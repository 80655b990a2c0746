/** The status callbacks of a call that was placed, numbered in the order of what happened, whatever order they arrive in. */
import {
  callFields,
  type CallStatus,
  durationFields,
  type FormFields,
  progressFields,
} from '../caller/call-fields.ts'
import type { PhoneCall } from '../caller/phone-call.ts'
import type { Clock } from '../../clock.ts'

/** What is told, and where. */
export type StatusCallbacks = Readonly<{ url: string | undefined; events: ReadonlySet<string> }>

/** Reads `StatusCallback` and the events that were asked for; `completed` alone by default. */
export const statusCallbacks = (
  url: string | undefined,
  events: readonly string[],
): StatusCallbacks => ({ url, events: new Set(events.length > 0 ? events : ['completed']) })

/** Tells of a change. Numbers count all changes, also those that nobody wanted to be told of. */
export type TellProgress = (status: CallStatus, more?: FormFields) => void

const EVENTS: ReadonlyMap<CallStatus, string> = new Map([
  ['initiated', 'initiated'],
  ['ringing', 'ringing'],
  ['in-progress', 'answered'],
])

/** Makes what tells of the changes of one call. `delayMs` holds a callback back, so that a later one overtakes it. */
export const createProgress = (
  { clock, now, delayMs }: Readonly<
    { clock: Clock; now: () => Date; delayMs: (status: CallStatus) => number }
  >,
  call: PhoneCall,
  { url, events }: StatusCallbacks,
): TellProgress => {
  let sequenceNumber = 0
  return (status, more = {}) => {
    const event = EVENTS.get(status) ?? 'completed'
    const fields = {
      ...callFields(call.parties, status),
      ...(event === 'completed' && durationFields(call.hook.talkedMs())),
      ...progressFields(now(), sequenceNumber++),
      ...more,
    }
    if (url === undefined || !events.has(event)) return
    const tell = () => call.notify(url, 'POST', fields)
    const ms = delayMs(status)
    if (ms === 0) tell()
    else clock.after(ms, tell)
  }
}
