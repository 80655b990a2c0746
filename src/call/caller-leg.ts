/**
 * The caller's leg broke, and the caller did not hang up: Twilio still has them on the line and will ask what to do. The call goes
 * back to waiting for a stream, with the model and all that was said.
 */
import { interrupt } from './refuse.ts'
import { ask, type Change } from './responses.ts'
import { liveOf, type Ringing, type Talking, type Up } from './state.ts'

/** A line that breaks more often than this in a minute is not worth another try. */
const MOST_LOSSES = 3
const WINDOW_MS = 60_000

/** Whether a call may wait for another stream. */
export const mayResume = ({ lossesAtMs }: Up, atMs: number): boolean =>
  lossesAtMs.filter((lossAtMs) => atMs - lossAtMs < WINDOW_MS).length < MOST_LOSSES

/** Takes the call back to waiting. What was not heard is not believed to be, and is said when the line is open again. */
export const partWithStream = (talking: Talking, atMs: number): Change<Ringing> => {
  const { state, effects, lines, cut } = interrupt(talking, atMs)
  const live = liveOf(state)
  const ringing: Ringing = {
    ...live,
    phase: 'ringing',
    sinceMs: atMs,
    isTold: false,
    epoch: live.epoch + 1,
    lossesAtMs: [...live.lossesAtMs, atMs].slice(-MOST_LOSSES),
    talkedMs: live.talkedMs + atMs - state.connectedAtMs,
  }
  const wasSpeaking = (cut && cut.unheardMs > 0) || talking.response.is === 'active'
  const [next, more] = wasSpeaking || state.floor.is === 'awaited'
    ? ask(ringing, { kind: 'go-on' }, atMs)
    : [ringing, []]
  const told = effects.filter(({ type }) => type !== 'clear-playback')
  return [next, [{ type: 'leave-stream' }, ...told, ...lines, ...more]]
}

/** Twilio asks for the stream: it is told to open it. One that it was told before and did not bring about counts as lost. */
export const tellStream = (state: Ringing, atMs: number): Ringing =>
  state.isTold
    ? {
      ...state,
      sinceMs: atMs,
      epoch: state.epoch + 1,
      lossesAtMs: [...state.lossesAtMs, atMs].slice(-MOST_LOSSES),
    }
    : { ...state, sinceMs: atMs, isTold: true }
