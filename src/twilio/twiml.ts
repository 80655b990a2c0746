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

/** Is silent for some seconds. */
export const pause = (seconds: number): TwimlVerb =>
  `<Pause${attributes({ length: `${seconds}` })}/>`

/** Goes on with the document of another URL. */
export const redirect = (url: string): TwimlVerb => `<Redirect>${escape(url)}</Redirect>`

/** Ends the call. */
export const hangUp = (): TwimlVerb => '<Hangup/>'

/** Speaks a sentence with Twilio's own voice: what is left when there is no model. */
export const say = (sentence: string): TwimlVerb => `<Say>${escape(sentence)}</Say>`

/** Connects the caller to a human: an E.164 number, or an address that begins with `sip:`, `client:` or `queue:`. */
export const dial = (to: string): TwimlVerb => {
  const [, noun, address] = /^(client|queue):(.*)$/.exec(to) ?? []
  if (noun !== undefined) return dialled(noun === 'client' ? 'Client' : 'Queue', address)
  return dialled(/^sips?:/.test(to) ? 'Sip' : 'Number', to)
}

const dialled = (noun: string, address: string): TwimlVerb =>
  `<Dial><${noun}>${escape(address)}</${noun}></Dial>`

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values).map(([name, value]) => ` ${name}="${escape(value)}"`).join('')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (found) => ENTITIES[found])
