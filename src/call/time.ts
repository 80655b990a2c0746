/**
 * What the passing of time means while the line is open. All of it is counted on what was heard: a caller who still listens is not
 * silent, and nobody is hung up on before the goodbye was heard.
 */
import { passApprovals } from './approvals.ts'
import { andThen } from './change.ts'
import type { EndReason } from './end-reason.ts'
import { askWhatWaits, lookForAnswer, type Outcome } from './failures.ts'
import { holdLine } from './hold.ts'
import { giveUpRemoteTools } from './remote-tools.ts'
import { askForMessage } from './message.ts'
import { followPlan, type NextOfPlan, sayAndLeave } from './plan.ts'
import { isQuiet, renewWhenDue } from './renewal.ts'
import { ask, type Change } from './responses.ts'
import type { Talking } from './state.ts'
import { type TimeIsUp, timeIsUp } from './time-left.ts'

/** A change, a departure that was planned, or the end of the call. */
export type TimeStep = NextOfPlan | Outcome<Talking>

const WARNING_MS = 60_000
/** A call shorter than this is not warned of its end. */
const SHORTEST_WARNED_MS = 3 * WARNING_MS
const TIMES_ASKED = 2

/** Looks at every deadline there is. */
export const passTime = (state: Talking, atMs: number): TimeStep => {
  const isSilent = isQuiet(state, atMs)
  if (state.plan.is === 'leave') {
    const message = askForMessage(state, atMs)
    if (message) return on(message)
    const next = followPlan(state, state.plan, atMs)
    return next.is === 'wait' ? keepGoing(state, atMs) : next
  }
  // What waits for a word of the caller's, or for their keys, the next process would know nothing of.
  const isWaiting = state.approvals.length > 0 || state.keypad.is !== 'idle'
  if (state.isLeaving && isSilent && !isWaiting) return { is: 'over', reason: 'handed-over' }
  const talkedMs = state.talkedMs + atMs - state.connectedAtMs
  const up = timeIsUp(state, talkedMs)
  if (talkedMs >= up.atMs) return on(sayGoodbye(state, up.reason, atMs))
  if (isSilent && isWarningDue(state, up, talkedMs)) {
    const { timeIsShort } = state.rules.phrases
    return on(ask({ ...state, isWarned: true }, { kind: 'exactly', sentence: timeIsShort }, atMs))
  }
  if (isSilent && isTooSilent(state, atMs)) return on(breakSilence(state, atMs))
  return keepGoing(state, atMs)
}

/** An answer that does not come, a line that is too quiet, a session that will end. */
const keepGoing = (state: Talking, atMs: number): TimeStep => {
  const answer = lookForAnswer(state, atMs)
  if (answer) return answer
  const asked = andThen(
    andThen(giveUpRemoteTools(state, atMs), (next) => passApprovals(next, atMs)),
    (next) => askWhatWaits(next, atMs),
  )
  const held = andThen(asked, (next) => holdLine(next, atMs))
  return on(andThen(held, (next) => renewWhenDue(next, atMs)))
}

const on = (change: Change<Talking>): TimeStep => ({ is: 'on', change })

const isWarningDue = ({ isWarned }: Talking, up: TimeIsUp, talkedMs: number): boolean =>
  !isWarned && up.atMs >= SHORTEST_WARNED_MS && talkedMs >= up.atMs - WARNING_MS

const isTooSilent = ({ rules, floor, model }: Talking, atMs: number): boolean =>
  rules.silenceMs > 0 && model.is === 'ready' && floor.is === 'nobody' &&
  atMs - floor.sinceMs >= rules.silenceMs

/** The caller is asked whether they are there, and again; then they are bidden goodbye. */
const breakSilence = (state: Talking, atMs: number): Change<Talking> => {
  if (state.timesAsked >= TIMES_ASKED) return sayGoodbye(state, 'caller-silent', atMs)
  const asked = { ...state, timesAsked: state.timesAsked + 1 }
  return ask(asked, { kind: 'exactly', sentence: state.rules.phrases.stillThere }, atMs)
}

/** Says goodbye and ends the call when it was heard. */
export const sayGoodbye = (state: Talking, reason: EndReason, atMs: number): Change<Talking> =>
  sayAndLeave(state, { is: 'end', reason }, state.rules.phrases.goodbye, atMs)
