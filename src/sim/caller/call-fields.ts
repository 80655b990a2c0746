/**
 * The form fields of Twilio's voice webhooks: the documented ones, and the old duplicates that real
 * requests still carry and that count in the signature. Many are empty, and empty ones count too.
 *
 * https://www.twilio.com/docs/voice/twiml#request-parameters
 */

/** Where a call stands, in Twilio's words. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'

/** Who calls whom. */
export type CallParties = Readonly<{
  accountSid: string
  callSid: string
  from: string
  to: string
  /** `inbound` unless we, or a `<Dial>`, placed it. */
  direction?: 'inbound' | 'outbound-api' | 'outbound-dial'
  /** The call whose `<Dial>` placed this one. */
  parentCallSid?: string
}>

/** The fields of a form by name. */
export type FormFields = Readonly<Record<string, string>>

/** The fields of every request about a call. */
export const callFields = (
  { accountSid, callSid, from, to, direction = 'inbound', parentCallSid }: CallParties,
  status: CallStatus,
): FormFields => ({
  AccountSid: accountSid,
  ApiVersion: '2010-04-01',
  CallSid: callSid,
  CallStatus: status,
  Direction: direction,
  ...(parentCallSid !== undefined && { ParentCallSid: parentCallSid }),
  From: from,
  To: to,
  Caller: from,
  Called: to,
  ...placeFields('From', from),
  ...placeFields('Caller', from),
  ...placeFields('To', to),
  ...placeFields('Called', to),
})

const placeFields = (whose: string, number: string): FormFields => ({
  [`${whose}City`]: '',
  [`${whose}State`]: '',
  [`${whose}Zip`]: '',
  [`${whose}Country`]: number.startsWith('+1') ? 'US' : '',
})

/** What a status callback says on top; the one of an inbound number has the sequence number 0. */
export const progressFields = (at: Date, sequenceNumber = 0): FormFields => ({
  CallbackSource: 'call-progress-events',
  SequenceNumber: String(sequenceNumber),
  Timestamp: at.toUTCString().replace('GMT', '+0000'),
})

/** What the last status callback says besides. */
export const durationFields = (durationMs: number): FormFields => ({
  CallDuration: String(Math.round(durationMs / 1000)),
  Duration: String(Math.ceil(durationMs / 60_000)),
})

/** What the `action` of a `<Dial>` is told about the other party. */
export const dialFields = (
  { status, durationMs }: DialResult,
  dialCallSid: string,
): FormFields => ({
  DialCallStatus: status,
  DialCallSid: dialCallSid,
  DialBridged: String(status === 'completed'),
  ...(status === 'completed' && { DialCallDuration: String(Math.round(durationMs / 1000)) }),
})

/** How the other party of a `<Dial>` took the call, and how long until it was over. */
export type DialResult = Readonly<{
  status: 'completed' | 'answered' | 'busy' | 'no-answer' | 'failed' | 'canceled'
  durationMs: number
}>

/** What the status callback of a `<Stream>` is told. */
export const streamFields = (
  parties: Pick<CallParties, 'accountSid' | 'callSid'>,
  stream: Readonly<{ streamSid: string; name: string }>,
  event: 'stream-started' | 'stream-stopped' | 'stream-error',
  at: Date,
  error?: string,
): FormFields => ({
  AccountSid: parties.accountSid,
  CallSid: parties.callSid,
  StreamSid: stream.streamSid,
  StreamName: stream.name,
  StreamEvent: event,
  Timestamp: at.toISOString(),
  ...(error !== undefined && { StreamError: error }),
})
