/**
 * The TwiML we answer with: what Twilio shall do with the call next. A verb is a string of XML, a document is its verbs.
 *
 * https://www.twilio.com/docs/voice/twiml
 */

/** One verb, as XML. */
export type TwimlVerb = string

/** A whole document. Serve it as `text/xml`. */
export const twiml = (...verbs: readonly TwimlVerb[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs.join('')}</Response>`

export type ConnectStream = Readonly<{
  /** Absolute `wss://` URL without a query: Twilio strips that. */
  url: string
  /** Where Twilio asks for the next document once the stream has ended. */
  action: string
  statusCallback: string
  /** Handed back in `start`; a name and its value together stay under 500 characters. */
  parameters: Readonly<Record<string, string>>
}>

/** Joins the call to a WebSocket, both ways, until the socket closes. */
export const connectStream = ({ action, ...stream }: ConnectStream): TwimlVerb =>
  `<Connect${attributes({ action })}>${streamNoun(stream, {})}</Connect>`

/** Lets a WebSocket hear both sides of the call from now on, while the call goes on with the next verb. */
export const startStream = (stream: Omit<ConnectStream, 'action'>): TwimlVerb =>
  `<Start>${streamNoun(stream, { track: 'both_tracks' })}</Start>`

const streamNoun = (
  { url, statusCallback, parameters }: Omit<ConnectStream, 'action'>,
  more: Readonly<Record<string, string>>,
): string =>
  `<Stream${attributes({ url, ...more, statusCallback })}>${
    Object.entries(parameters)
      .map(([name, value]) => `<Parameter${attributes({ name, value })}/>`).join('')
  }</Stream>`

/** Refuses a call that has not been answered: the only answer that costs nothing. Must be the first verb. */
export const reject = (reason: 'rejected' | 'busy'): TwimlVerb =>
  `<Reject${attributes({ reason })}/>`

/** Plays a sound file so many times over; Twilio fetches it once. */
export const play = (url: string, times: number): TwimlVerb =>
  `<Play${attributes({ loop: `${times}` })}>${escape(url)}</Play>`

/** Goes on with the document of another URL. */
export const redirect = (url: string): TwimlVerb => `<Redirect>${escape(url)}</Redirect>`

/** Ends the call. */
export const hangUp = (): TwimlVerb => '<Hangup/>'

/** Speaks a sentence with Twilio's own voice: what is left when there is no model. */
export const say = (sentence: string): TwimlVerb => `<Say>${escape(sentence)}</Say>`

/** How somebody is called. */
export type DialHow = Readonly<{
  /** Where Twilio asks what to do when it is over; the call ends without it. */
  action?: string
  timeoutS?: number
  /** The number that is shown; the caller's when absent. */
  callerId?: string
  /** Is told when somebody answers. */
  statusCallback?: string
}>

/** Connects the caller to somebody: an E.164 number, or `sip:...`, `client:...`, or to wait in `queue:...`. */
export const dial = (to: string, how: DialHow = {}): TwimlVerb => {
  const [, scheme, name] = /^(client|queue):(.*)$/.exec(to) ?? []
  if (scheme === 'queue') {
    return `<Enqueue${attributes({ action: how.action })}>${escape(name)}</Enqueue>`
  }
  const noun = scheme === 'client' ? 'Client' : to.startsWith('sip') ? 'Sip' : 'Number'
  const told = how.statusCallback === undefined
    ? {}
    : { statusCallback: how.statusCallback, statusCallbackEvent: 'answered' }
  return `<Dial${
    attributes({ action: how.action, timeout: how.timeoutS?.toString(), callerId: how.callerId })
  }><${noun}${attributes(told)}>${escape(scheme === 'client' ? name : to)}</${noun}></Dial>`
}

/** A room in which a caller waits with music until a human comes, or that human. It ends when either of them leaves. */
export const conference = (
  room: string,
  who: Readonly<{ action?: string; timeLimitS?: number; waits: boolean }>,
): TwimlVerb =>
  `<Dial${attributes({ action: who.action, timeLimit: who.timeLimitS?.toString() })}><Conference${
    attributes({
      beep: 'false',
      startConferenceOnEnter: `${!who.waits}`,
      endConferenceOnExit: 'true',
    })
  }>${escape(room)}</Conference></Dial>`

/** Says a sentence and takes one key meanwhile or soon after; without one the next verb follows. */
export const askForKey = (sentence: string, action: string, timeoutS: number): TwimlVerb =>
  `<Gather${attributes({ numDigits: '1', timeout: `${timeoutS}`, action })}>${
    say(sentence)
  }</Gather>`

/** Presses keys: 0-9, A-D, *, #, and `w` or `W` for half a second or a whole one. */
export const pressKeys = (digits: string): TwimlVerb => `<Play${attributes({ digits })}/>`

const attributes = (values: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(values)
    .map(([name, value]) => value === undefined ? '' : ` ${name}="${escape(value)}"`).join('')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (found) => ENTITIES[found])
