/** The end of a call, whatever brought it about. */
import { report } from './change.ts'
import { keep } from './checkpoint.ts'
import type { EndReason } from './end-reason.ts'
import type { Change } from './responses.ts'
import type { Ended, Up } from './state.ts'
import { letHumanGo } from './transfer.ts'

/** Ends a call; `cause` says more than the reason where there is more to say. */
export const end = (
  state: Up,
  reason: EndReason,
  atMs: number,
  cause?: string,
): Change<Ended> => [
  { phase: 'ended', reason, transcript: state.transcript },
  [
    // What another process takes up must be written before the stream is closed.
    ...(reason === 'handed-over' ? [keep(state, atMs)] : []),
    ...(reason === 'transferred' ? [] : letHumanGo(state)),
    { type: 'end-call', reason },
    report({
      type: 'ended',
      reason,
      ...(cause === undefined ? {} : { cause }),
      durationMs: atMs - state.startedAtMs,
    }),
  ],
]
