/**
 * The caller's leg broke, and the caller did not hang up: Twilio still has them on the line and will ask what to do. The call goes
 * back to waiting for a stream, with the model and all that was said.
 */
import { answersCaller, consentWithoutStream } from './consent.ts'
import type { CallEffect } from './effects.ts'
import { interrupt } from './refuse.ts'
import { ask, askNext, type Change } from './responses.ts'
import { type Live, liveOf, type Ringing, type Talking, type Up } from './state.ts'

/** A line that breaks more often than this in a minute is not worth another try. */
const MOST_LOSSES = 3
const WINDOW_MS = 60_000

/** Whether a call may wait for another stream. */
export const mayResume = ({ lossesAtMs }: Up, atMs: number): boolean =>
  lossesAtMs.filter((lossAtMs) => atMs - lossAtMs < WINDOW_MS).length < MOST_LOSSES

/** What is left of a call without its stream, and what is to be done about the stream. */
export type Left = Readonly<{
  live: Live
  effects: readonly CallEffect[]
  /** Whether the agent was saying something, or was about to. */
  wasSpeaking: boolean
}>

/** Lets go of the stream. What was not heard is not believed to be. */
export const leaveStream = (talking: Talking, atMs: number): Left => {
  const { state, effects, lines, cut } = interrupt(talking, atMs)
  const live = liveOf(state)
  const told = effects.filter(({ type }) => type !== 'clear-playback')
  return {
    live: {
      ...live,
      consent: consentWithoutStream(live.consent),
      talkedMs: live.talkedMs + atMs - state.connectedAtMs,
    },
    effects: [{ type: 'leave-stream' }, ...told, ...lines],
    wasSpeaking: (cut !== undefined && cut.unheardMs > 0) || talking.response.is === 'active',
  }
}

/** Takes the call back to waiting, for a stream that Twilio opens when it has pressed some keys. */
export const awaitStream = (live: Live, press: string, atMs: number): Ringing => ({
  ...live,
  phase: 'ringing',
  sinceMs: atMs,
  silentFromMs: atMs,
  isTold: false,
  press,
  epoch: live.epoch + 1,
})

/** The stream broke. What was not heard is said when the line is open again. */
export const partWithStream = (talking: Talking, atMs: number): Change<Ringing> => {
  const { live, effects, wasSpeaking } = leaveStream(talking, atMs)
  const lossesAtMs = [...live.lossesAtMs, atMs].slice(-MOST_LOSSES)
  const ringing = awaitStream({ ...live, lossesAtMs }, '', atMs)
  const [next, more] = said(ringing, wasSpeaking || talking.floor.is === 'awaited', atMs)
  return [next, [...effects, ...more]]
}

/** Who has not heard the consent sentence hears it, and then what was to follow it; anyone else what they missed. */
const said = (ringing: Ringing, isOwed: boolean, atMs: number): Change<Ringing> => {
  if (!answersCaller(ringing)) return askNext(ringing, atMs)
  return isOwed ? ask(ringing, { kind: 'go-on' }, atMs) : [ringing, []]
}

/** Twilio asks for the stream: it is told to open it. One that it was told before and did not bring about counts as lost. */
export const tellStream = (state: Ringing, atMs: number): Ringing =>
  state.isTold
    ? {
      ...state,
      sinceMs: atMs,
      // They are pressed already, or nobody knows.
      press: '',
      epoch: state.epoch + 1,
      lossesAtMs: [...state.lossesAtMs, atMs].slice(-MOST_LOSSES),
    }
    : { ...state, sinceMs: atMs, isTold: true }
