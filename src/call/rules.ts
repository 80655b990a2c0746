/** What the customer's file decides about a call, as far as anything is decided by it: limits, sentences, agents, keys, humans. */
import type { ActionName } from './actions.ts'
import type { KeyAction, KeypadEntry } from './keypad.ts'
import type { DestinationRules } from './transfer.ts'

/** What the customer's file decides about a call. */
export type CallRules = Readonly<{
  /** Said before anything else, exactly, until it was heard to its end: that the call is recorded. */
  consent?: string | undefined
  /** Said first, once, exactly. Without it the agent waits for the caller. */
  greeting?: string | undefined
  /** Counted from the moment the line is open. */
  maxDurationMs: number
  /** What the call may cost, in billionths of a dollar. */
  maxCostNano?: number | undefined
  /** How long Twilio may take to open the stream. */
  streamTimeoutMs: number
  /** Whether the model writes down what the call was about when it is over. */
  isSummarised?: boolean
  /** Whether the words of the caller are written down. */
  isTranscribed: boolean
  /** After how long with nobody speaking the caller is asked whether they are there; 0 for never. */
  silenceMs: number
  phrases: Phrases
  /** The agents of the file by their names; a call begins with `MAIN_AGENT`. */
  agents: Readonly<Record<string, AgentRules>>
  destinations: Readonly<Record<string, DestinationRules>>
  /** What keys do by themselves. */
  keys: Readonly<Record<string, KeyAction>>
  keypadEntries: Readonly<Record<string, KeypadEntry>>
  /** How keys are pressed for the agent: as tones in its voice, or by Twilio, which interrupts the stream. */
  keysBy: 'tones' | 'twilio'
}>

/** The name of the agent that answers, which a customer's file has under `agent`. */
export const MAIN_AGENT = 'main'

/** What is decided by who speaks. */
export type AgentRules = Readonly<{
  /** What is said while a tool takes a while, by the name of the tool. */
  fillers: Readonly<Record<string, string>>
  /** What it may do with the call. */
  actions: readonly ActionName[]
  /** Whom it may hand the caller on to. */
  handoffs: readonly string[]
  /** Agents with the same one can follow each other in one session: they have the same model and voice. */
  sessionKey: string
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
