/** The configuration as the rest of the program sees it: checked, with every default filled in, and never changed in place. */
import type { Hours } from './hours/hours.ts'
import type { Listen } from './listen-schema.ts'
import { toE164 } from './phone-number.ts'
import type { ToolConfig } from './tools.ts'

export type { Hours, Listen }

export type Config = Readonly<{
  service: ServiceConfig
  customers: readonly Customer[]
  /** Finds who answers a number; the number may be written with spaces or without its plus. */
  lineOf: (number: string) => Line | undefined
}>

/** What holds for the service as a whole: `tandem.yaml`. */
export type ServiceConfig = Readonly<{
  /** Calls at once. */
  capacity: number
  network: Network
}>

/** Where requests of tools, knowledge and webhooks may go besides public addresses. */
export type Network = Readonly<{
  /** Address ranges as CIDR: `10.0.0.0/8`. */
  allowPrivate: readonly string[]
}>

/** A phone number and the customer whose agent answers it. */
export type Line = Readonly<{ number: string; customer: Customer }>

/** Who a line belongs to: one YAML file. */
export type Customer = Readonly<{
  /** The name of the file without `.yaml`. */
  id: string
  name: string
  /** Path of the file as it was handed in. */
  file: string
  /** Changes whenever the text of the file or of its knowledge changes: 16 hex digits. */
  version: string
  /** E.164. */
  numbers: readonly string[]
  /** Of a file without `agent`, whose calls go to a human, one without instructions: it never answers. */
  agent: Agent
  limits: Limits
  phrases: Phrases
  fallback: Fallback
  /** Always open without them. */
  hours?: Hours
  /** Numbers, beginnings of numbers that end in `*`, and `anonymous`. */
  blocked: readonly string[]
  /** Calls go to a human, and what is said is written down. */
  listen?: Listen
}>

/** How the model speaks and listens on the lines of a customer. */
export type Agent = Readonly<{
  /** The operator's instructions, with the knowledge below them under a heading. */
  instructions: string
  /** What the agent says first; without one it waits for the caller. */
  greeting?: string
  model: string
  /** A voice of the Realtime API, or the id of a custom one (`voice_...`). */
  voice: string
  /** `pcm`: 24 kHz, converted both ways. `pcmu`: mu-law, as the phone has it. */
  audio: 'pcm' | 'pcmu'
  turnDetection: TurnDetection
  noiseReduction: 'near_field' | 'far_field' | 'none'
  transcription: Transcription | false
  maxOutputTokens: number | 'inf'
  speed?: number
  /** What it can do besides talking. */
  tools: readonly ToolConfig[]
}>

/** How the model tells that the caller has finished. */
export type TurnDetection =
  | Readonly<{
    type: 'server_vad'
    threshold: number
    prefixPaddingMs: number
    silenceDurationMs: number
    idleTimeoutMs?: number
  }>
  | Readonly<{ type: 'semantic_vad'; eagerness: 'low' | 'medium' | 'high' | 'auto' }>

/** What writes down the words of the caller. */
export type Transcription = Readonly<{
  model: string
  language?: string
  languages?: readonly string[]
  prompt?: string
  keywords?: readonly string[]
}>

export type Limits = Readonly<{
  maxDurationMs: number
  /** After how long with nobody speaking the caller is asked whether they are there; 0 for never. */
  silenceMs: number
  /** Calls of this customer at once; only the service's capacity bounds them when absent. */
  concurrentCalls?: number
  /** What becomes of a call that there is no room for. */
  whenFull: 'reject' | 'fallback'
}>

/** What the agent says when the call itself has something to say. */
export type Phrases = Readonly<{
  stillThere: string
  timeIsShort: string
  goodbye: string
  cannotSay: string
  /** Said before the caller is put through. */
  transfer: string
}>

/** What Twilio does when no model answers: it says the sentence, then dials if there is somebody to dial. */
export type Fallback = Readonly<{
  say: string
  /** An E.164 number or a `sip:` address. */
  dial?: string
}>

/** What holds when there is no `tandem.yaml`. */
export const DEFAULT_SERVICE: ServiceConfig = {
  capacity: 200,
  network: { allowPrivate: [] },
}

/** Makes a configuration of its parts. Each number must have one owner: the last would win. */
export const createConfig = (service: ServiceConfig, customers: readonly Customer[]): Config => {
  const lines = new Map<string, Line>()
  for (const customer of customers) {
    for (const number of customer.numbers) lines.set(number, { number, customer })
  }
  return {
    service,
    customers,
    lineOf: (number) => lines.get(toE164(number) ?? ''),
  }
}
