/** What a call tells whoever records how it sounds. None of it may throw or wait. */
import type { AgentPart, CallEvent } from '../call/events.ts'
import type { CallState } from '../call/state.ts'

export type CallSound = Readonly<{
  /** A stream has begun; the caller's timestamps should count from `atMs`, on the call's clock. */
  newStream: (atMs: number) => void
  /** A frame of the caller's came at `atMs`; `isSecret` while they enter what nobody may learn. */
  caller: (timestampMs: number, payload: string, atMs: number, isSecret: boolean) => void
  /** Audio was sent to the caller; it lies at `positionMs` on the line of play-out. */
  sent: (payload: string, positionMs: number, what: SentSound) => void
  /** The model begins to hear the caller, or does not hear them any more. */
  hears: (how: ModelHears, atMs: number) => void
  /** Something happened to the call. */
  moved: (event: CallEvent, before: CallState, after: CallState) => void
}>

/** What is heard in it: a line of the agent, the tones of keys, or nothing that means anything. */
export type SentSound =
  | (AgentPart & Readonly<{ is: 'line' }>)
  | Readonly<{ is: 'keys'; keys: string }>
  | Readonly<{ is: 'tone' }>

/** How the model is to the caller. */
export type ModelHears =
  /** It hears them as they speak, and was given the latest that it had missed, so much of it. */
  | Readonly<{ is: 'live'; waitedMs: number }>
  /** It does not keep up, and what they say waits. */
  | Readonly<{ is: 'behind' }>
  /** It is away, and its session with it. */
  | Readonly<{ is: 'away' }>
