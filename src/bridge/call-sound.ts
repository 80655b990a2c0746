/** What a call tells whoever records how it sounds. None of it may throw or wait. */
import type { CallState } from '../call/state.ts'

export type CallSound = Readonly<{
  /** A stream has begun; the caller's timestamps should count from `atMs`, on the call's clock. */
  newStream: (atMs: number) => void
  /** A frame of the caller's came at `atMs`; `isSecret` while they enter what nobody may learn. */
  caller: (timestampMs: number, payload: string, atMs: number, isSecret: boolean) => void
  /** Audio was sent to the caller; it lies at `positionMs` on the line of play-out. */
  sent: (payload: string, positionMs: number) => void
  /** Something happened to the call. */
  moved: (before: CallState, after: CallState, atMs: number) => void
}>
