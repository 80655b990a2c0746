/** What a call tells whoever keeps its event log. None of it may throw or wait. */
import type { CallEffect } from '../call/effects.ts'
import type { CallEvent } from '../call/events.ts'
import type { Ringing } from '../call/state.ts'

export type CallEvents = Readonly<{
  /** The call begins in this process, in this state. */
  began: (state: Ringing) => void
  /** Something happens to it. What is decided is told next, unless that fails. */
  happened: (event: CallEvent) => void
  decided: (effects: readonly CallEffect[]) => void
}>
