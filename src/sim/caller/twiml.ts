/**
 * Reads a TwiML document the way Twilio does: what it must do next, as a list of verbs.
 *
 * Verbs this caller cannot act on are kept by name. XML that is not well-formed is what Twilio logs
 * as 12100 and, on a live call, what the caller hears as "an application error has occurred".
 * https://www.twilio.com/docs/voice/twiml
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** How a URL in TwiML is asked. */
export type HttpMethod = 'GET' | 'POST'

/** The attributes of an element as they were written. */
export type Attributes = Readonly<Record<string, string | undefined>>

/** A `<Stream>` with its `<Parameter>`s. */
export type StreamNoun = Readonly<{
  url: string
  name?: string
  parameters: Readonly<Record<string, string>>
  statusCallback?: string
  statusCallbackMethod: HttpMethod
}>

/** One party a `<Dial>` rings; a bare number in the text of `<Dial>` is a number too. */
export type DialNoun = Readonly<{
  kind: 'number' | 'sip' | 'client' | 'queue' | 'conference'
  address: string
  attributes: Attributes
}>

/** A `<Connect>` with a `<Stream>` in it. */
export type ConnectVerb = Readonly<{
  verb: 'connect'
  action?: string
  method: HttpMethod
  stream: StreamNoun
}>

/** A `<Start>` with a `<Stream>` in it: the call goes on while it runs. */
export type StartVerb = Readonly<{
  verb: 'start'
  track: 'inbound_track' | 'outbound_track' | 'both_tracks'
  stream: StreamNoun
}>

/** A `<Dial>` and whom it rings. */
export type DialVerb = Readonly<{
  verb: 'dial'
  action?: string
  method: HttpMethod
  callerId?: string
  timeoutS: number
  nouns: readonly DialNoun[]
}>

/** A `<Gather>` of keys, with what is played meanwhile. */
export type GatherVerb = Readonly<{
  verb: 'gather'
  action?: string
  method: HttpMethod
  /** How many keys end it. */
  numDigits: number
  /** The key that ends it and is not part of the entry; empty for none. */
  finishOnKey: string
  /** How long without a key, in seconds. */
  timeoutS: number
  verbs: readonly Verb[]
}>

/** Everything a document can tell Twilio to do, as far as this caller knows it. */
export type Verb =
  | ConnectVerb
  | StartVerb
  | DialVerb
  | GatherVerb
  | Readonly<{ verb: 'say'; text: string; voice?: string; language?: string }>
  /** `loop` 0 goes on for ever. */
  | Readonly<{ verb: 'play'; url?: string; digits?: string; loop: number }>
  | Readonly<{ verb: 'pause'; lengthS: number }>
  | Readonly<{ verb: 'redirect'; url: string; method: HttpMethod }>
  | Readonly<{ verb: 'reject'; reason: 'rejected' | 'busy' }>
  | Readonly<{ verb: 'hangup' }>
  | Readonly<{ verb: 'unknown'; name: string }>

/** A document that Twilio would not act on; `code` is what its debugger would show. */
export class TwimlError extends Error {
  override readonly name = 'TwimlError'
  readonly code = 12100
}

/** Reads a document. Throws a TwimlError when it is not one. */
export const parseTwiml = (xml: string): readonly Verb[] => {
  const wellFormed = XMLValidator.validate(xml)
  if (wellFormed !== true) {
    const { msg, line } = wellFormed.err
    throw new TwimlError(`Cannot read TwiML: ${msg} (line ${line})`)
  }
  const roots = toElements(parser.parse(xml)).filter((root) => !root.name.startsWith('?'))
  if (roots.length !== 1 || roots[0].name !== 'Response') {
    const names = roots.map((root) => `<${root.name}>`).join(' ') || 'nothing'
    throw new TwimlError(`Cannot read TwiML: its root is ${names}, it must be one <Response>`)
  }
  return roots[0].children.map(readVerb)
}

const readVerb = (element: XmlElement): Verb => {
  const { name, attributes, text } = element
  switch (name) {
    case 'Connect':
      return readConnect(element)
    case 'Start':
      return readStart(element)
    case 'Dial':
      return readDial(element)
    case 'Gather':
      return readGather(element)
    case 'Say':
      return { verb: 'say', text, ...pick(attributes, ['voice', 'language']) }
    case 'Play':
      return {
        verb: 'play',
        ...(text && { url: text }),
        ...pick(attributes, ['digits']),
        loop: numberOr(1, attributes.loop),
      }
    case 'Pause':
      return { verb: 'pause', lengthS: numberOr(1, attributes.length) }
    case 'Redirect':
      return { verb: 'redirect', url: text, method: readMethod(attributes.method) }
    case 'Reject':
      return { verb: 'reject', reason: attributes.reason === 'busy' ? 'busy' : 'rejected' }
    case 'Hangup':
      return { verb: 'hangup' }
    default:
      return { verb: 'unknown', name }
  }
}

/** Only `<Stream>` is known here; any other noun makes the verb unknown. */
const readConnect = ({ attributes, children }: XmlElement): Verb => {
  const [noun] = children
  if (noun?.name !== 'Stream') {
    return { verb: 'unknown', name: noun ? `Connect/${noun.name}` : 'Connect' }
  }
  return {
    verb: 'connect',
    ...pick(attributes, ['action']),
    method: readMethod(attributes.method),
    stream: readStream(noun),
  }
}

const readStart = ({ children: [noun] }: XmlElement): Verb =>
  noun?.name === 'Stream'
    ? { verb: 'start', track: readTrack(noun.attributes.track), stream: readStream(noun) }
    : { verb: 'unknown', name: noun ? `Start/${noun.name}` : 'Start' }

const readTrack = (track = 'inbound_track'): StartVerb['track'] =>
  track === 'both_tracks' || track === 'outbound_track' ? track : 'inbound_track'

const readStream = ({ attributes, children }: XmlElement): StreamNoun => ({
  url: attributes.url ?? '',
  ...pick(attributes, ['name', 'statusCallback']),
  statusCallbackMethod: readMethod(attributes.statusCallbackMethod),
  parameters: Object.fromEntries(
    children.filter(({ name }) => name === 'Parameter')
      .map(({ attributes }) => [attributes.name ?? '', attributes.value ?? '']),
  ),
})

const readDial = ({ attributes, children, text }: XmlElement): Verb => ({
  verb: 'dial',
  ...pick(attributes, ['action', 'callerId']),
  method: readMethod(attributes.method),
  timeoutS: numberOr(30, attributes.timeout),
  nouns: [
    ...(text ? [{ kind: 'number' as const, address: text, attributes: {} }] : []),
    ...children.flatMap(({ name, text, attributes }) => {
      const kind = DIAL_NOUNS.get(name)
      return kind ? [{ kind, address: text, attributes }] : []
    }),
  ],
})

const readGather = ({ attributes, children }: XmlElement): Verb => ({
  verb: 'gather',
  ...pick(attributes, ['action']),
  method: readMethod(attributes.method),
  numDigits: numberOr(Infinity, attributes.numDigits),
  finishOnKey: attributes.finishOnKey ?? '#',
  timeoutS: numberOr(5, attributes.timeout),
  verbs: children.map(readVerb),
})

const DIAL_NOUNS: ReadonlyMap<string, DialNoun['kind']> = new Map([
  ['Number', 'number'],
  ['Sip', 'sip'],
  ['Client', 'client'],
  ['Queue', 'queue'],
  ['Conference', 'conference'],
])

const readMethod = (method: string | undefined): HttpMethod =>
  method?.toUpperCase() === 'GET' ? 'GET' : 'POST'

const numberOr = (fallback: number, text = ''): number =>
  /^\d+$/.test(text) ? Number(text) : fallback

/** The attributes of these names that are there. */
const pick = <Name extends string>(
  attributes: Attributes,
  names: readonly Name[],
): { [Key in Name]?: string } => {
  const picked: { [Key in Name]?: string } = {}
  for (const name of names) if (attributes[name] !== undefined) picked[name] = attributes[name]
  return picked
}

// preserveOrder keeps verbs in sequence; without it all <Say> would come before all <Pause>.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true, // and with it numeric ones: &#39;
})

/** `text` is the text right inside the element, trimmed. */
type XmlElement = Readonly<{
  name: string
  attributes: Attributes
  children: readonly XmlElement[]
  text: string
}>

/**
 * Gives the parser's output a shape: it is [{ Say: [{ '#text': 'Hi' }], ':@': { voice: 'alice' } },
 * ...].
 */
const toElements = (nodes: unknown): XmlElement[] =>
  Array.isArray(nodes) ? nodes.flatMap(toElement) : []

const toElement = (node: unknown): XmlElement[] => {
  if (!isRecord(node)) return []
  const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text')
  if (name === undefined) return []
  const attributes = Object.entries(isRecord(node[':@']) ? node[':@'] : {})
  return [{
    name,
    attributes: Object.fromEntries(attributes.map(([key, value]) => [key, String(value)])),
    children: toElements(node[name]),
    text: textIn(node[name]),
  }]
}

const textIn = (nodes: unknown): string => {
  if (!Array.isArray(nodes)) return ''
  const texts = nodes.map((node) => isRecord(node) ? String(node['#text'] ?? '') : '')
  return texts.join('').trim()
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
