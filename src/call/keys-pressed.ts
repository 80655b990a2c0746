/** What follows from a key of the caller's: like a word, it stops the agent, and it is answered. */
import { andThen, report } from './change.ts'
import { answersCaller } from './consent.ts'
import { handOff, handOffProblem } from './hand-off.ts'
import type { CallEvent } from './events.ts'
import { collectedOutput, enteredNote, type KeyAction, type KeyOutcome, takeKey } from './keypad.ts'
import { note } from './notes.ts'
import { dropPlan, planToLeave, sayAndLeave } from './plan.ts'
import { bargeIn } from './refuse.ts'
import { ask, type Change } from './responses.ts'
import type { Floor, Talking } from './state.ts'
import { toolReturned } from './tool-calls.ts'

type KeyPressed = Extract<CallEvent, { type: 'caller-pressed-key' }>
type Collected = Extract<KeyOutcome, { is: 'collected' }>

/** Stands for a key that nobody may know. */
const HIDDEN = '•'

/** Takes a key. */
export const keyPressed = (state: Talking, event: KeyPressed): Change<Talking> => {
  const { digit, atMs } = event
  const isSecret = state.keypad.is === 'collecting' && state.keypad.entry.isSecret
  const told = report({ type: 'key-pressed', digit: isSecret ? HIDDEN : digit })
  const outcome = takeKey(state, event)
  const stopped = andThen(bargeIn(state, atMs), (next): Change<Talking> => [
    { ...next, holding: false, timesAsked: 0, floor: quiet(next.floor, atMs) },
    [told],
  ])
  // Like whoever speaks, who presses a key is not sent away.
  const staying = andThen(stopped, (next) => dropPlan(next, 'pressed a key', atMs))
  return andThen(staying, (next) => {
    switch (outcome.is) {
      case 'waiting':
        return [{ ...next, keypad: outcome.keypad }, []]
      case 'entered':
        return entered(next, outcome.digits, atMs)
      case 'collected':
        return collected(next, outcome, atMs)
      case 'action':
        // Whoever knows the menu by heart is not greeted after the consent sentence.
        return act(
          answersCaller(next) ? next : { ...next, waiting: [] },
          digit,
          outcome.action,
          atMs,
        )
    }
  })
}

/** An entry that nobody asked for is told to the agent, who answers it. */
export const entered = (state: Talking, digits: string, atMs: number): Change<Talking> =>
  andThen(
    note({ ...state, keypad: { is: 'idle' } }, enteredNote(digits), atMs),
    (next) => answer(next, atMs),
  )

/** The entry that the agent asked for is there, or time is up. */
export const collected = (
  state: Talking,
  { entry, toolCallId, digits }: Collected,
  atMs: number,
): Change<Talking> => {
  const secrets = entry.isSecret ? { ...state.secrets, [entry.name]: digits } : state.secrets
  const next: Talking = { ...state, secrets, keypad: { is: 'idle' }, floor: awaited(state, atMs) }
  return toolReturned(next, { toolCallId, ...collectedOutput(entry, digits), atMs })
}

const act = (
  state: Talking,
  key: string,
  action: KeyAction,
  atMs: number,
): Change<Talking> => {
  const { phrases } = state.rules
  switch (action.is) {
    case 'say':
      return ask(state, { kind: 'exactly', sentence: action.sentence }, atMs)
    case 'end':
      return sayAndLeave(state, { is: 'end', reason: 'key-ended' }, phrases.goodbye, atMs)
    case 'transfer': {
      const { destination } = action
      const departure = { is: 'transfer', destination, summary: '' } as const
      return note(
        planToLeave(state, departure, phrases.transfer, atMs),
        `The caller pressed ${key} and is being put through to ${destination}.`,
        atMs,
      )
    }
    case 'hand-off': {
      const { agent } = action
      if (handOffProblem(state, agent) !== undefined) return entered(state, key, atMs)
      const text = `The caller pressed ${key} and has been handed on to you, the agent ${agent}.`
      return andThen(
        andThen(note(state, text, atMs), (next) => handOff(next, agent, atMs)),
        (next) => answer(next, atMs),
      )
    }
  }
}

/** Whoever speaks is answered anyway. */
const answer = (state: Talking, atMs: number): Change<Talking> =>
  state.floor.is === 'caller'
    ? [state, []]
    : ask({ ...state, floor: awaited(state, atMs) }, { kind: 'results' }, atMs)

const awaited = ({ floor }: Talking, atMs: number): Floor =>
  floor.is === 'caller' ? floor : { is: 'awaited', sinceMs: atMs }

/** Who presses keys is not silent. */
const quiet = (floor: Floor, atMs: number): Floor =>
  floor.is === 'agent' || floor.is === 'nobody' ? { is: 'nobody', sinceMs: atMs } : floor
