/** The configuration as the rest of the program sees it: checked, with every default filled in, and never changed in place. */
import type { ApiLimits } from './schema/api.ts'
import type { Hours } from './hours/hours.ts'
import type { Listen } from './schema/listen.ts'
import type { Operator } from './schema/operators.ts'
import type { Outbound } from './outbound.ts'
import { toE164 } from './values/phone-number.ts'
import type { PriceChanges } from './schema/prices.ts'
import type { Storage } from './schema/storage.ts'
import type { Redaction, Retention } from './schema/record.ts'
import type { Recording } from './schema/recording.ts'
import type { Summary } from './schema/summary.ts'
import type { ToolConfig } from './tools.ts'
import type { Webhook } from './schema/webhooks.ts'

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
  /** What the calls we place share; the fastest customer's pace is everybody's when absent. */
  outbound: Readonly<{ callsPerSecond?: number }>
  /** Prices that differ from the list's. */
  prices: PriceChanges
  /** Tokens for the API, besides that of the environment. */
  operators: readonly Operator[]
  /** How much may be asked of the API. */
  api: ApiLimits
  /** Where recordings go; on the machine they stay without it. */
  storage?: Storage
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
  /** The agent that answers. */
  agent: Agent
  /** All agents by their names; the one that answers is `main`. */
  agents: Readonly<Record<string, Agent>>
  /** Whom callers may be put through to, by name. */
  destinations: Readonly<Record<string, Destination>>
  /** What keys of the caller do by themselves. */
  keys: Readonly<Record<string, KeyAction>>
  keypad: Keypad
  /** What its agents know besides their instructions, in the order of the file. */
  knowledge: readonly KnowledgeEntry[]
  limits: Limits
  phrases: Phrases
  fallback: Fallback
  /** How much is kept of a call. */
  record: 'everything' | 'noAudio' | 'factsOnly'
  /** Whether what happens in a call and what is decided is logged, for a replay. */
  events: boolean
  /** What is taken out before anything is kept; nothing without it. */
  redact?: Redaction
  retention: Retention
  /** How calls sound is kept; it is not without it. */
  recording?: Recording
  /** What is written of a call when it is over; nothing without it. */
  summary?: Summary
  /** What each of its calls is tagged with. */
  tags: readonly string[]
  /** The servers that are told what happened in its calls. */
  webhooks: readonly Webhook[]
  /** Always open without them. */
  hours?: Hours
  /** Numbers, beginnings of numbers that end in `*`, and `anonymous`. */
  blocked: readonly string[]
  /** Calls go to a human, and what is said is written down. */
  listen?: Listen
  /** Absent for a customer who calls nobody. */
  outbound?: Outbound
}>

/** How the model speaks and listens on the lines of a customer. */
export type Agent = Readonly<{
  /** The operator's instructions; what the agent knows besides is put below them when a call begins. */
  instructions: string
  /** What the agent says first; without one it waits for the caller. */
  greeting?: string
  model: string
  /** A voice of the Realtime API, or the id of a custom one (`voice_...`). */
  voice: string
  /** `pcm`: 24 kHz, converted both ways. `pcmu`: mu-law, as the phone has it. */
  audio: 'pcm' | 'pcmu'
  /** How much of the caller goes to the model in one message, in ms; 20 when absent. */
  frameMs?: 20 | 40 | 60
  turnDetection: TurnDetection
  noiseReduction: 'near_field' | 'far_field' | 'none'
  transcription: Transcription | false
  maxOutputTokens: number | 'inf'
  speed?: number
  /** What it can do besides talking. */
  tools: readonly ToolConfig[]
  /** The agents it may hand the caller on to. */
  handoffs: readonly string[]
  /** When a caller is to be handed on to it. */
  when?: string
}>

/** A human that callers can be put through to. */
export type Destination = Readonly<{
  /** E.164, `sip:`, `client:` or `queue:`. */
  to: string
  /** When, for the agent. */
  when?: string
  /** `warm`: they hear a summary first and decide. */
  mode: 'cold' | 'warm'
  timeoutMs: number
  /** The number they see: the caller's, the line's, or this one in E.164. */
  callerId: string
}>

/** What a key does by itself. */
export type KeyAction =
  | Readonly<{ is: 'transfer'; destination: string }>
  | Readonly<{ is: 'hand-off'; agent: string }>
  | Readonly<{ is: 'say'; sentence: string }>
  | Readonly<{ is: 'end' }>

/** What callers enter, and how the agent presses keys. */
export type Keypad = Readonly<{
  press: 'tones' | 'twilio'
  entries: Readonly<Record<string, KeypadEntry>>
}>

export type KeypadEntry = Readonly<{
  name: string
  leastDigits: number
  mostDigits: number
  /** The key that ends it before it is full; empty for none. */
  terminator: string
  /** For each key. */
  timeoutMs: number
  isSecret: boolean
}>

/** One thing that the agents of a customer know. */
export type KnowledgeEntry =
  /** A text of the file, or one beside it: `name` is `knowledge[0]` or `prices.pdf`. */
  | Readonly<{ type: 'text'; name: string; text: string }>
  /** A page, fetched every `refreshMs`. */
  | Readonly<{ type: 'url'; url: string; refreshMs: number }>
  /** A vector store at OpenAI, `vs_...`. */
  | Readonly<{ type: 'vector-store'; id: string }>

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
  /** What a call may cost, in dollars, and what all calls of a day may. */
  costPerCall?: number
  costPerDay?: number
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
  /** Said by Twilio to the human who is called with a summary, which stands for `{summary}`. */
  takeCall: string
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
  outbound: {},
  prices: { surcharge: 1, tables: [] },
  operators: [],
  api: { requestsPerMinute: 600, wrongTokensPerMinute: 30 },
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
