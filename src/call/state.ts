/**
 * What a call is at one moment. A phase holds only what exists in it: there is no playback before the line is open and no
 * deadline after the end.
 */
import type { EndReason } from './end-reason.ts'
import { EMPTY_PLAYBACK, type Playback } from './playback.ts'
import type { Transcript } from './transcript.ts'

export type CallState = Ringing | Talking | Ended

/** Twilio was told to open the stream; the model opens meanwhile and may already speak. */
export type Ringing =
  & Live
  & Readonly<{ phase: 'ringing' }>

/** The line is open. */
export type Talking =
  & Live
  & Readonly<{
    phase: 'talking'
    connectedAtMs: number
    playback: Playback
    floor: Floor
  }>

export type Ended = Readonly<{ phase: 'ended'; reason: EndReason; transcript: Transcript }>

/** What a call has from the webhook to its end. */
export type Live = Readonly<{
  rules: CallRules
  startedAtMs: number
  model: 'opening' | 'ready'
  response: ResponseSlot
  refused: readonly RefusedResponse[]
  transcript: Transcript
}>

/** What the customer's file decides about a call. */
export type CallRules = Readonly<{
  /** Said first, once, exactly. Without it the agent waits for the caller. */
  greeting?: string | undefined
  /** Counted from the moment the line is open. */
  maxDurationMs: number
  /** How long Twilio may take to open the stream. */
  streamTimeoutMs: number
}>

/** The model generates one response at a time. */
export type ResponseSlot =
  | Readonly<{ is: 'free' }>
  | Readonly<{ is: 'asked' }>
  | Readonly<{ is: 'active'; responseId: string }>

/**
 * A response the caller has spoken over. Its audio goes on arriving for a while and must not be played; the items in
 * `truncated` are those the model has already been told about.
 */
export type RefusedResponse = Readonly<{ responseId: string; truncated: readonly string[] }>

/** Who holds the floor. */
export type Floor =
  | Readonly<{ is: 'nobody' }>
  | Readonly<{ is: 'caller' }>
  /** The caller waits for the agent. */
  | Readonly<{ is: 'awaited'; sinceMs: number }>
  | Readonly<{ is: 'agent' }>

/** A call that was just offered by Twilio. */
export const startCall = (rules: CallRules, atMs: number): Ringing => ({
  phase: 'ringing',
  rules,
  startedAtMs: atMs,
  model: 'opening',
  response: { is: 'free' },
  refused: [],
  transcript: [],
})

/** The same call once the line is open. */
export const connect = (state: Ringing, atMs: number): Talking => ({
  ...state,
  phase: 'talking',
  connectedAtMs: atMs,
  playback: EMPTY_PLAYBACK,
  floor: state.rules.greeting === undefined ? { is: 'nobody' } : { is: 'awaited', sinceMs: atMs },
})

/** Whether audio of this response is still to be played. */
export const isWanted = (state: CallState, responseId: string): boolean =>
  state.phase !== 'ended' && !state.refused.some((each) => each.responseId === responseId)
