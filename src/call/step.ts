/**
 * What happens next in a call: `step(state, event)` gives the next state and what is to be done, and does nothing itself.
 */
import { mayResume, tellStream } from './caller-leg.ts'
import { report } from './change.ts'
import { keep } from './checkpoint.ts'
import { end } from './end.ts'
import type { CallEvent } from './events.ts'
import { modelInterrupted } from './model-leg.ts'
import { probe } from './playback.ts'
import type { Change } from './responses.ts'
import { type Away, type CallState, connect, type Ringing } from './state.ts'
import { stepTalking, withMark } from './step-talking.ts'
import { stepUp } from './step-up.ts'
import { comeBack, isTransferOver, tellTransfer } from './transfer.ts'

/** The next state, and the effects to perform in their order. */
export type Step = Change<CallState>

/** Takes one event. An event that makes no sense in the present phase changes nothing. */
export const step = (state: CallState, event: CallEvent): Step => {
  switch (state.phase) {
    case 'ringing':
      return stepRinging(state, event)
    case 'talking':
      // Twilio knows before our socket does that the stream is gone.
      return event.type === 'stream-asked'
        ? askedWhileTalking(stepTalking(state, { type: 'stream-lost', atMs: event.atMs }), event)
        : stepTalking(state, event)
    case 'away':
      return stepAway(state, event)
    case 'ended':
      return [state, []]
  }
}

const askedWhileTalking = ([state, effects]: Step, event: CallEvent): Step => {
  const [next, more] = step(state, event)
  return [next, [...effects, ...more]]
}

const stepRinging = (state: Ringing, event: CallEvent): Step => {
  switch (event.type) {
    case 'caller-connected': {
      const afterMs = event.atMs - state.startedAtMs
      const talking = connect(state, event.atMs)
      const { epoch } = state
      return withMark(talking, probe(talking.playback, event.atMs), [
        report({ type: 'caller-connected', afterMs, epoch }),
        // Of what was said while the phone rang nothing is heard yet.
        keep(state, event.atMs),
      ])
    }
    case 'model-interrupted':
      return modelInterrupted(state, event.cause, event.atMs, { is: 'nobody', sinceMs: event.atMs })
    case 'stream-asked':
      return !state.isTold || mayResume(state, event.atMs)
        ? [tellStream(state, event.atMs), []]
        : end(state, 'caller-lost', event.atMs)
    case 'tick':
      return event.atMs - state.sinceMs < state.rules.streamTimeoutMs
        ? [state, []]
        : end(state, state.epoch === 1 ? 'no-stream' : 'caller-lost', event.atMs)
    default:
      return stepUp(state, event)
  }
}

const stepAway = (state: Away, event: CallEvent): Step => {
  const { rules, destination, sinceMs, isTold } = state
  switch (event.type) {
    case 'stream-asked':
      return tellTransfer(state, event.atMs)
    case 'transfer-answered':
      return end(state, 'transferred', event.atMs)
    case 'transfer-failed':
      return comeBack(state, event.why, event.isBack, event.atMs)
    case 'model-interrupted':
      return modelInterrupted(state, event.cause, event.atMs, { is: 'nobody', sinceMs: event.atMs })
    case 'tick':
      if (!isTold) {
        return event.atMs - sinceMs < rules.streamTimeoutMs
          ? [state, []]
          : end(state, 'caller-lost', event.atMs)
      }
      if (!isTransferOver(state, event.atMs)) return [state, []]
      // Twilio would have told of a call that nobody took; of a human who listens and never decides it does not.
      return rules.destinations[destination].mode === 'cold'
        ? end(state, 'transferred', event.atMs)
        : comeBack(state, 'no-answer', false, event.atMs)
    default:
      return stepUp(state, event)
  }
}
