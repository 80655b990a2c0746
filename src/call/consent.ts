/**
 * The sentence that a call is recorded: it is heard to its end before anything else is said.
 *
 * Nobody talks it away. While it is due the model listens without answering and what the caller says does not stop the agent; it is
 * taken up after the greeting. Whatever cuts the sentence short (the model, the stream, the process) has it said again from its
 * beginning.
 */
import type { CallEffect } from './effects.ts'
import type { CallEvent } from './events.ts'
import { isPlaying } from './playback.ts'
import type { Live, Talking } from './state.ts'
import { beginTurn } from './unwritten.ts'

export type Consent =
  /** There is none, or it was heard. */
  | Readonly<{ is: 'settled' }>
  /** To be said, or being generated. */
  | (Readonly<{ is: 'due'; tries: number }> & Sentence)
  /** Generated to its end, and not heard to its end. */
  | (Readonly<{ is: 'said' }> & Sentence)
  /** Heard, and the caller is in the middle of saying something. */
  | Readonly<{ is: 'heard'; sinceMs: number; turn: CallerTurn }>

type Sentence = Readonly<{ sentence: string; turn: CallerTurn }>

/** Whether the caller has said something meanwhile. */
type CallerTurn = 'none' | 'begun' | 'over'

/** Nothing needs to be said, or all of it was heard. */
export const SETTLED: Consent = { is: 'settled' }

const MOST_TRIES = 3
/** A caller who has talked for so long after the sentence holds the floor, and is not greeted any more. */
const LONGEST_TURN_MS = 10_000

/** The sentence of a call that begins. */
export const consentDue = (sentence: string | undefined): Consent =>
  sentence === undefined ? SETTLED : { is: 'due', sentence, tries: 0, turn: 'none' }

/** Whether the model may answer the caller of its own accord, and be interrupted. */
export const answersCaller = ({ consent }: Pick<Live, 'consent'>): boolean =>
  consent.is === 'settled'

/** Whether the sentence was heard to its end, or need not be. */
export const isConsentHeard = ({ consent }: Pick<Live, 'consent'>): boolean =>
  consent.is === 'settled' || consent.is === 'heard'

/** What becomes of it when the response that says it has ended; undefined when it has failed too often. */
export const consentEnded = (state: Live, isWhole: boolean): Consent | undefined => {
  const { consent, response, refused } = state
  if (consent.is !== 'due' || response.is !== 'active') return consent
  const { sentence, turn, tries } = consent
  // What was stopped by us, because the stream broke, is no failure of the model's.
  if (refused.some(({ responseId }) => responseId === response.responseId)) return consent
  if (isWhole && response.hasSpoken) return { is: 'said', sentence, turn }
  return tries + 1 < MOST_TRIES ? { ...consent, tries: tries + 1 } : undefined
}

/** The stream is gone: who has not heard the sentence to its end hears it again on the next one. */
export const consentWithoutStream = (consent: Consent): Consent => {
  switch (consent.is) {
    case 'settled':
    case 'heard':
      return SETTLED
    case 'due':
      return { ...consent, turn: overOrNone(consent.turn) }
    case 'said':
      return { is: 'due', sentence: consent.sentence, tries: 0, turn: overOrNone(consent.turn) }
  }
}

const overOrNone = (turn: CallerTurn): CallerTurn => turn === 'none' ? 'none' : 'over'

/** The caller speaks, and the agent goes on; what they say is kept. */
export const speakOver = (
  state: Talking,
  itemId: string,
): readonly [Talking, readonly CallEffect[]] => [
  {
    ...state,
    consent: state.consent.is === 'settled' ? SETTLED : { ...state.consent, turn: 'begun' },
    unwritten: beginTurn(state.unwritten, itemId),
    timesAsked: 0,
  },
  [
    { type: 'keep-turn', itemId },
    { type: 'report', report: { type: 'caller-speaking' } },
  ],
]

/** Notes what an event means for the sentence: that it was heard, that the caller has fallen silent. */
export const followConsent = (state: Talking, event: CallEvent): Talking => {
  const { consent, playback } = state
  switch (consent.is) {
    case 'settled':
      return state
    case 'due':
      return withTurn(state, consent, event)
    case 'said': {
      const next = withTurn(state, consent, event)
      if (event.type !== 'mark-echoed' && event.type !== 'tick') return next
      if (isPlaying(playback, event.atMs)) return next
      const { turn } = consent
      return { ...state, consent: { is: 'heard', sinceMs: event.atMs, turn } }
    }
    case 'heard':
      return withTurn(state, consent, event)
  }
}

/** The call as it goes on once the sentence was heard and the caller is silent; undefined while it is not so far. */
export const settled = (state: Talking, atMs: number): Talking | undefined => {
  const { consent, waiting, plan } = state
  if (consent.is !== 'heard') return undefined
  if (consent.turn === 'begun') {
    return atMs - consent.sinceMs < LONGEST_TURN_MS ? undefined : {
      ...state,
      consent: SETTLED,
      waiting: plan.is === 'leave' ? waiting : [],
      floor: { is: 'caller' },
    }
  }
  const isOwed = consent.turn === 'over' && plan.is === 'stay'
  const next: Talking = {
    ...state,
    consent: SETTLED,
    waiting: isOwed ? [...waiting, { kind: 'reply' }] : waiting,
  }
  return next.waiting.length > 0 ? { ...next, floor: { is: 'awaited', sinceMs: atMs } } : next
}

const withTurn = (
  state: Talking,
  consent: Exclude<Consent, { is: 'settled' }>,
  event: CallEvent,
): Talking =>
  event.type === 'caller-stopped-speaking' && consent.turn === 'begun'
    ? { ...state, consent: { ...consent, turn: 'over' } }
    : state
