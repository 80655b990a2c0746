/**
 * The answers of Twilio's REST API: calls as it writes them, refusals with its own codes.
 *
 * https://www.twilio.com/docs/api/errors
 */
import type { CallParties, CallStatus } from '../caller/call-fields.ts'

/** A call as the API shows it. */
export const callAnswer = (
  { accountSid, callSid, from, to, direction = 'inbound', parentCallSid }: CallParties,
  status: CallStatus,
  httpStatus: 200 | 201,
): Response =>
  Response.json({
    sid: callSid,
    account_sid: accountSid,
    parent_call_sid: parentCallSid ?? null,
    to,
    from,
    direction,
    status,
    api_version: '2010-04-01',
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}.json`,
  }, { status: httpStatus })

/** A refusal: an HTTP status, Twilio's code, and what it says. */
export type Refusal = Readonly<{ status: number; code: number; message: string }>

/** Writes a refusal. */
export const refusalAnswer = ({ status, code, message }: Refusal): Response =>
  Response.json({
    code,
    message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  }, { status })

/** Whoever asks is not who they say. */
export const NOT_SIGNED_IN: Refusal = { status: 401, code: 20003, message: 'Authenticate' }

/** There is nothing at this path. */
export const notFound = (path: string): Refusal => ({
  status: 404,
  code: 20404,
  message: `The requested resource ${path} was not found`,
})

export const TOO_MANY: Refusal = { status: 429, code: 20429, message: 'Too Many Requests' }

export const NOT_IN_PROGRESS: Refusal = {
  status: 400,
  code: 21220,
  message: 'Call is not in-progress. Cannot redirect.',
}

/** Says what is wrong with a call that is to be placed; undefined when nothing is. */
export const problemOfNewCall = (
  form: URLSearchParams,
  numbers: readonly string[] | undefined,
): Refusal | undefined => {
  const [to, from, url] = ['To', 'From', 'Url'].map((name) => form.get(name) ?? '')
  const refuse = (code: number, message: string) => ({ status: 400, code, message })
  if (to === '') return refuse(21201, "No 'To' number is specified")
  if (!isAddress(to)) {
    return refuse(21211, `The phone number you are attempting to call, ${to}, is not valid.`)
  }
  if (from === '') return refuse(21213, "No 'From' number is specified")
  if (!isAddress(from)) {
    return refuse(21212, `The source phone number provided, ${from}, is not valid.`)
  }
  const isOurs = !numbers || numbers.includes(from) || form.has('CallToken')
  if (!isOurs) {
    return refuse(
      21210,
      `The source phone number provided, ${from}, is not yet verified for your account.`,
    )
  }
  if (!form.has('Twiml') && !/^https?:\/\//.test(url)) {
    return refuse(21205, `Url is not a valid URL: ${url}`)
  }
  if ((form.get('Twiml')?.length ?? 0) > 4_000) return refuse(21627, 'Twiml parameter too long')
  return undefined
}

const isAddress = (text: string): boolean => /^(\+[1-9]\d{6,14}|(sip|client):\S+)$/.test(text)
