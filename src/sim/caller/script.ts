/**
 * What a caller does, as data: say this once the agent has been silent for so long, talk into its
 * third word, hang up.
 *
 * The caller decides every 20 ms by ear alone, from the level of what the line plays, as a person
 * would.
 */
import { FRAME_MS } from '../../audio/frame.ts'
import { rmsDb } from '../../audio/level.ts'
import type { Line } from './line.ts'

/**
 * When to act, counted from the first frame or from what the agent did since the step before:
 * `agent-starts` is `ms` after it began to speak; `agent-silent` is after `ms` of silence that
 * followed its speech, where a turn that the caller talked into does not count, for that is the one
 * he interrupted; `step` is `ms` after the step before was over, whatever the agent does. No step
 * begins while the caller still speaks.
 */
export type Cue =
  | Readonly<{ atMs: number }>
  | Readonly<{ after: 'agent-starts' | 'agent-silent' | 'step'; ms: number }>

/** What to do: say 8 kHz speech, press a key, go on listening, lose the stream, hang up. */
export type Act =
  | Readonly<{ say: Int16Array }>
  | Readonly<{ press: string }>
  | Readonly<{ listen: true }>
  | Readonly<{ loseStream: true }>
  | Readonly<{ hangUp: true }>

/** One line of a script. */
export type ScriptStep = Cue & Act

/**
 * Where a caller is in the script and what there was to hear. All times are ms since the first
 * frame.
 */
export type ScriptState = Readonly<{
  step: number
  /** When the last step was done. */
  actedAtMs: number
  /** When the caller last began to speak, and when he had finished. */
  spokeAtMs: number
  quietAtMs: number
  /** The agent's last turn; `lastHeardMs` is the end of the last frame with speech in it. */
  turnStartedMs: number
  lastHeardMs: number
}>

/** The beginning: nothing done, nothing heard. */
export const SCRIPT_START: ScriptState = {
  step: 0,
  actedAtMs: 0,
  spokeAtMs: 0,
  quietAtMs: 0,
  turnStartedMs: -1,
  lastHeardMs: -Infinity,
}

/** A frame louder than this is speech; a telephone line hisses at -60 and below. */
const SPEECH_DB = -45

/** A pause shorter than this does not end a turn: it is between two words. */
const TURN_GAP_MS = 300

/** Takes in a frame that ended at `atMs`. */
export const hear = (state: ScriptState, atMs: number, levelDb: number): ScriptState => {
  if (levelDb < SPEECH_DB) return state
  const isNewTurn = atMs - FRAME_MS - state.lastHeardMs >= TURN_GAP_MS
  return {
    ...state,
    turnStartedMs: isNewTurn ? atMs - FRAME_MS : state.turnStartedMs,
    lastHeardMs: atMs,
  }
}

/** Tells whether the moment for a step has come. */
export const isDue = (cue: Cue, state: ScriptState, atMs: number): boolean => {
  if (atMs < state.quietAtMs) return false
  if ('atMs' in cue) return atMs >= cue.atMs
  if (cue.after === 'step') return atMs >= Math.max(state.actedAtMs, state.quietAtMs) + cue.ms
  if (cue.after === 'agent-starts') {
    return state.turnStartedMs >= state.actedAtMs && atMs >= state.turnStartedMs + cue.ms
  }
  const wasHeard = state.lastHeardMs > state.actedAtMs && state.turnStartedMs >= state.spokeAtMs
  return wasHeard && atMs >= state.lastHeardMs + cue.ms
}

/** Goes on to the next step. `speechMs` is how long the caller speaks in the one just done. */
export const stepDone = (state: ScriptState, atMs: number, speechMs: number): ScriptState => ({
  ...state,
  step: state.step + 1,
  actedAtMs: atMs,
  spokeAtMs: speechMs > 0 ? atMs : state.spokeAtMs,
  quietAtMs: atMs + speechMs,
})

/** What kind of person follows the script. */
export type ScriptOptions = Readonly<{
  /** A caller who waits for a cue and hears nothing for longer than this hangs up; default 30 s. */
  patienceMs?: number
  /** Is told of each step that was done, counted from 0. */
  onStep?: (step: number) => void
  /** Is told when the caller hangs up because nothing is heard. */
  onPatienceLost?: () => void
}>

/**
 * Makes a caller who follows a script, to be given to a line as its `eachFrame`. When the call goes
 * on on another stream, so does the script: its time is the time on streams. After the last step
 * the caller says nothing more and stays.
 */
export const playScript = (
  script: readonly ScriptStep[],
  { patienceMs = 30_000, onStep, onPatienceLost }: ScriptOptions = {},
): (line: Line, atMs: number) => void => {
  let state = SCRIPT_START
  let nowMs = 0

  return (line, atMs) => {
    nowMs += FRAME_MS
    state = hear(state, nowMs, rmsDb(line.heard(atMs - FRAME_MS, FRAME_MS)))
    const step = script[state.step]
    if (!step) return
    if (isDue(step, state, nowMs)) {
      onStep?.(state.step)
      state = stepDone(state, nowMs, act(line, step))
    } else if (
      'after' in step && step.after !== 'step' &&
      nowMs > patienceMs + Math.max(state.actedAtMs, state.quietAtMs, state.lastHeardMs)
    ) {
      onPatienceLost?.()
      line.hangUp()
    }
  }
}

/** Does what a step says and returns how long the caller speaks. */
const act = (line: Line, step: Act): number => {
  if ('say' in step) return line.say(step.say).endMs - line.nowMs()
  if ('press' in step) line.pressKey(step.press)
  if ('loseStream' in step) line.vanish()
  if ('hangUp' in step) line.hangUp()
  return 0
}
