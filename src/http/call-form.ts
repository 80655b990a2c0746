/**
 * What the form of a webhook says of a call: who it is with, and by which of our numbers. That depends on who called whom, and a call
 * from a browser names no number but what its page gave it.
 *
 * https://www.twilio.com/docs/voice/twiml#request-parameters
 */
import type { OfferedCall } from '../bridge/offered-call.ts'
import type { FormFields } from './twilio-signature.ts'

/** Gives a field, the first of its values; empty when there is none. */
export const field = (form: FormFields, name: string): string => {
  const value = form[name] ?? ''
  return typeof value === 'string' ? value : value[0] ?? ''
}

/** Gives the number of ours that a call goes through; `search` is that of the address that Twilio asked. */
export const lineNumberOf = (form: FormFields, search = ''): string => {
  if (isOutbound(form)) return field(form, 'From')
  if (!isFromBrowser(field(form, 'From'))) return field(form, 'To')
  // The page's own parameter; `To` is what the SDK itself makes of a parameter of that name.
  const given = field(form, LINE) || new URLSearchParams(search).get(LINE)
  return given || field(form, 'To')
}

/** What an address needs at its end to be asked about a call again: later requests have nothing of what a page gave its call. */
export const lineSearch = ({ from, line }: Pick<OfferedCall, 'from' | 'line'>): string =>
  isFromBrowser(from) ? `?${new URLSearchParams({ [LINE]: line.number })}` : ''

const LINE = 'line'

/** Whether the other end of a call is a browser. */
export const isFromBrowser = (from: string): boolean => from.startsWith('client:')

/** Gives the facts of a call that this machine holds. */
export const offeredCall = (form: FormFields, owner: string): Omit<OfferedCall, 'line'> => ({
  callSid: field(form, 'CallSid'),
  accountSid: field(form, 'AccountSid'),
  from: field(form, isOutbound(form) ? 'To' : 'From'),
  owner,
  ...(field(form, 'CallToken') === '' ? {} : { callToken: field(form, 'CallToken') }),
})

const isOutbound = (form: FormFields): boolean => field(form, 'Direction').startsWith('outbound')
