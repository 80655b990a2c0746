/**
 * What the form of a webhook says of a call: who it is with, and by which of our numbers. That depends on who called whom, and a call
 * from a browser names no number but what its page gave it.
 *
 * https://www.twilio.com/docs/voice/twiml#request-parameters
 */
import type { CallFacts } from '../bridge/exchange.ts'
import type { FormFields } from './twilio-signature.ts'

/** Gives a field, the first of its values; empty when there is none. */
export const field = (form: FormFields, name: string): string => {
  const value = form[name] ?? ''
  return typeof value === 'string' ? value : value[0] ?? ''
}

/** Gives the number of ours that a call goes through. */
export const lineNumberOf = (form: FormFields): string => {
  if (isOutbound(form)) return field(form, 'From')
  const isFromBrowser = field(form, 'From').startsWith('client:')
  // The page's own parameter; `To` is what the SDK itself makes of a parameter of that name.
  return isFromBrowser && field(form, 'line') !== '' ? field(form, 'line') : field(form, 'To')
}

/** Gives the facts of a call that this machine holds. */
export const callFacts = (form: FormFields, owner: string): Omit<CallFacts, 'line'> => ({
  callSid: field(form, 'CallSid'),
  accountSid: field(form, 'AccountSid'),
  from: field(form, isOutbound(form) ? 'To' : 'From'),
  owner,
  ...(field(form, 'CallToken') === '' ? {} : { callToken: field(form, 'CallToken') }),
})

const isOutbound = (form: FormFields): boolean => field(form, 'Direction').startsWith('outbound')
