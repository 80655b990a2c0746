/**
 * The message that is left when a machine has answered: said once, whatever is heard meanwhile, and then the call is over.
 *
 * The machine's announcement was a turn to the model, which begins to answer it just when the beep is over. Two responses at once
 * there cannot be, so that one is waited for and refused, and the message comes next.
 */
import { SETTLED } from './consent.ts'
import { bargeIn } from './refuse.ts'
import { askNext, type Change } from './responses.ts'
import type { Talking } from './state.ts'

/** A machine records no longer than a minute or two, and nobody waits for its end. */
const LONGEST_MS = 60_000
/** How long a response of the model's own may take to begin. */
const OWN_RESPONSE_MS = 1_500

/** Stops whatever the agent is saying, and has it say this instead. */
export const leaveMessage = (
  state: Talking,
  sentence: string,
  atMs: number,
): Change<Talking> => {
  // Nobody is there who could hear that the call is recorded.
  const [stopped, effects] = bargeIn({ ...state, consent: SETTLED }, atMs)
  const leaving: Talking = {
    ...stopped,
    floor: { is: 'awaited', sinceMs: atMs },
    waiting: [{ kind: 'exactly', sentence }],
    plan: {
      is: 'leave',
      departure: { is: 'end', reason: 'message-left' },
      toolCallId: undefined,
      sentence: '',
      latestMs: atMs + LONGEST_MS,
    },
  }
  const isAnswerDue = state.floor.is === 'caller' || state.floor.is === 'awaited'
  const [next, more] = isAnswerDue ? [leaving, []] : askNext(leaving, atMs)
  return [next, [...effects, ...more]]
}

/** Whether a message is being left: what is heard then is a machine. */
export const isLeavingMessage = ({ plan }: Talking): boolean =>
  plan.is === 'leave' && plan.departure.is === 'end' && plan.departure.reason === 'message-left'

/** Whether a response that begins now is something else than the message. */
export const isNotMessage = (state: Talking): boolean =>
  isLeavingMessage(state) && (state.response.is !== 'asked' || state.waiting.length > 0)

/** Asks for the message when no response of the model's own came in between. */
export const askForMessage = (state: Talking, atMs: number): Change<Talking> | undefined => {
  const waits = isLeavingMessage(state) && state.response.is === 'free' && state.waiting.length > 0
  const isOverdue = state.floor.is === 'awaited' && atMs - state.floor.sinceMs >= OWN_RESPONSE_MS
  return waits && isOverdue ? askNext(state, atMs) : undefined
}
