/**
 * Twilio's REST API as data: what is asked of it, and what its answers mean. Names are Twilio's own, in PascalCase; a list is a
 * name that comes several times.
 *
 * https://www.twilio.com/docs/voice/api/call-resource
 */

/** A POST to a path below the host of the region. */
export type RestRequest = Readonly<{ path: string; fields: readonly (readonly [string, string])[] }>

/** What is told of a call that is placed: `answered` comes as the status `in-progress`. */
export type StatusCallbackEvent = 'initiated' | 'ringing' | 'answered' | 'completed'

/** A call to place. */
export type NewCall = Readonly<{
  /** E.164, `sip:...` or `client:...`. */
  to: string
  /** A number of the account, or one that it has verified. */
  from: string
  /** Where the one who answers gets the document to follow. */
  url: string
  statusCallback?: string | undefined
  /** `completed` alone when absent; it comes for every way in which a call can be over. */
  statusCallbackEvents?: readonly StatusCallbackEvent[] | undefined
  /** How long it rings, in seconds; Twilio adds up to 5. Its default is 60. */
  timeoutS?: number | undefined
  /** That of an incoming call which is passed on: with it, `from` may be its caller. */
  callToken?: string | undefined
  machineDetection?: MachineDetection | undefined
}>

/**
 * Listens for answering machines beside the call, so that a person is not kept waiting for the greeting. `start` tells a machine
 * as soon as it is known, `message-end` once its announcement is over.
 */
export type MachineDetection = Readonly<{ until: 'start' | 'message-end'; callback: string }>

/** What a call that is on shall do instead. */
export type CallChange =
  | Readonly<{ url: string }>
  | Readonly<{ twiml: string }>
  /** `canceled` ends only a call that nobody has answered yet. */
  | Readonly<{ status: 'completed' | 'canceled' }>

/** Where calls are processed, each region with accounts, keys and numbers of its own. */
type TwilioRegion = keyof typeof HOSTS

// `api.ie1.twilio.com` and its like, which the package would ask without an edge, are gone since 2026-04-28.
const HOSTS = {
  us1: 'https://api.twilio.com',
  ie1: 'https://api.dublin.ie1.twilio.com',
  au1: 'https://api.sydney.au1.twilio.com',
} as const

/** Gives the host of a region: a call that is on can be changed only there. */
export const restHost = (region: TwilioRegion): string => HOSTS[region]

/** Places a call. */
export const createCallRequest = (accountSid: string, call: NewCall): RestRequest => ({
  path: callsPath(accountSid, 'Calls.json'),
  fields: [
    ['To', call.to],
    ['From', call.from],
    ['Url', call.url],
    ...field('StatusCallback', call.statusCallback),
    ...(call.statusCallbackEvents ?? []).map((event) => ['StatusCallbackEvent', event] as const),
    ...field('Timeout', call.timeoutS?.toString()),
    ...field('CallToken', call.callToken),
    ...machineDetectionFields(call.machineDetection),
  ],
})

/** Changes a call that is on. */
export const updateCallRequest = (
  accountSid: string,
  callSid: string,
  change: CallChange,
): RestRequest => ({
  path: callsPath(accountSid, `Calls/${encodeURIComponent(callSid)}.json`),
  fields: changeFields(change),
})

/** What Twilio says of a request that it refused, as far as it says anything. */
export type RestRefusal = Readonly<{ code: number | undefined; message: string }>

/** Reads the body of an answer that is no success. Never throws. */
export const readRefusal = (status: number, body: string): RestRefusal => {
  const { code, message } = readObject(body)
  return {
    code: typeof code === 'number' ? code : undefined,
    message: typeof message === 'string' ? message : `HTTP ${status}`,
  }
}

/** Reads the call of a success; undefined when it is none. Never throws. */
export const readCall = (
  body: string,
): Readonly<{ callSid: string; status: string }> | undefined => {
  const { sid, status } = readObject(body)
  return typeof sid === 'string' && typeof status === 'string'
    ? { callSid: sid, status }
    : undefined
}

/** Whether a change was refused because there is no such call any more: not found, or not in progress. */
export const meansEnded = (status: number, code: number | undefined): boolean =>
  status === 404 || code === 20404 || code === 21220

/** Whether Twilio did nothing and may be asked again: too many requests at once. */
export const meansTooMany = (status: number, code: number | undefined): boolean =>
  status === 429 || code === 20429

const callsPath = (accountSid: string, rest: string): string =>
  `/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/${rest}`

const field = (name: string, value: string | undefined): (readonly [string, string])[] =>
  value === undefined ? [] : [[name, value]]

const machineDetectionFields = (
  detection: MachineDetection | undefined,
): (readonly [string, string])[] =>
  detection === undefined ? [] : [
    ['MachineDetection', detection.until === 'start' ? 'Enable' : 'DetectMessageEnd'],
    ['AsyncAmd', 'true'],
    ['AsyncAmdStatusCallback', detection.callback],
  ]

const changeFields = (change: CallChange): (readonly [string, string])[] => {
  if ('url' in change) return [['Url', change.url]]
  return 'twiml' in change ? [['Twiml', change.twiml]] : [['Status', change.status]]
}

const readObject = (body: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
