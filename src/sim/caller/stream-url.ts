/**
 * Where a `<Stream>` leads, and the ways in which Twilio refuses one before it connects.
 *
 * https://www.twilio.com/docs/voice/twiml/stream
 */
import type { StreamNoun } from './twiml.ts'

/** The URL to connect to, spelled as it will be signed, or the error Twilio would log. */
export type StreamTarget =
  | Readonly<{ url: string }>
  | Readonly<{ code: number; problem: string }>

/** Name and value of a `<Parameter>` together must stay below this. */
const PARAMETER_LIMIT = 500

/**
 * Judges a stream found in the document at `documentUrl`. A relative URL is completed from there.
 * Plain `ws` is allowed where the document itself came over http from this machine, which the real
 * Twilio could not do.
 */
export const streamTarget = (stream: StreamNoun, documentUrl: string): StreamTarget => {
  if (!URL.canParse(stream.url, documentUrl)) {
    return { code: 31923, problem: `the stream's url is malformed: ${stream.url}` }
  }
  const url = URL.canParse(stream.url) ? stream.url : completed(stream.url, documentUrl)
  const { protocol, search } = new URL(url)
  if (protocol !== 'wss:' && !(protocol === 'ws:' && isLocal(documentUrl))) {
    return { code: 31922, problem: `the stream's url must begin with wss, not ${protocol}` }
  }
  if (search !== '') {
    return { code: 31920, problem: "the stream's url has a query string, use <Parameter>" }
  }
  const long = Object.entries(stream.parameters)
    .find(([name, value]) => name.length + value.length >= PARAMETER_LIMIT)
  return long
    ? { code: 12200, problem: `the parameter ${long[0]} has ${PARAMETER_LIMIT} characters or more` }
    : { url }
}

const completed = (url: string, documentUrl: string): string =>
  new URL(url, documentUrl).href.replace(/^http/, 'ws')

const isLocal = (documentUrl: string): boolean => {
  const { protocol, hostname } = new URL(documentUrl)
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
