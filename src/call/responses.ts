/**
 * One response at a time: the model refuses to begin a second one, so what the agent shall say waits here for its turn. A response
 * that fails or never comes is asked for once more.
 */
import type { CallEffect } from './effects.ts'
import type { Live, ResponseRequest } from './state.ts'

/** A changed state of the same phase, and what is to be done. */
export type Change<State> = readonly [State, readonly CallEffect[]]

/**
 * Asks the agent to say something, now or when it can. The same request does not wait twice; the consent sentence is not one that
 * waits, it is asked for as long as it is due.
 */
export const ask = <State extends Live>(
  state: State,
  request: ResponseRequest,
  atMs: number,
): Change<State> => {
  const waits = request.kind === 'consent' || state.waiting.some((each) => isSame(each, request))
  return askNext(waits ? state : { ...state, waiting: [...state.waiting, request] }, atMs)
}

/** Sends the next request if the model is there and free. */
export const askNext = <State extends Live>(state: State, atMs: number): Change<State> => {
  const { request, waiting } = nextRequest(state)
  const isFree = state.model.is === 'ready' && state.response.is === 'free'
  if (!request || !isFree || atMs < state.limitedUntilMs) return [state, []]
  return [
    { ...state, waiting, response: { is: 'asked', request, sinceMs: atMs } },
    [{ type: 'request-response', request }],
  ]
}

type NextRequest = Readonly<{
  request: ResponseRequest | undefined
  /** What waits after it. */
  waiting: readonly ResponseRequest[]
}>

/** Nothing comes before the consent sentence, and nothing is said before it was heard. */
const nextRequest = ({ consent, waiting }: Live): NextRequest => {
  switch (consent.is) {
    case 'due':
      return { request: { kind: 'consent', sentence: consent.sentence }, waiting }
    case 'said':
    case 'heard':
      return { request: undefined, waiting }
    case 'settled':
      return { request: waiting[0], waiting: waiting.slice(1) }
  }
}

/** The model has begun a response: the one that was asked for, or one of its own accord. */
export const started = <State extends Live>(
  state: State,
  responseId: string,
  atMs: number,
): State => {
  const request: ResponseRequest = state.response.is === 'asked'
    ? state.response.request
    : { kind: 'reply' }
  const response = { is: 'active', responseId, request, sinceMs: atMs, hasSpoken: false } as const
  return { ...state, response }
}

/** A word of a response has come. */
export const spoken = <State extends Live>(state: State, responseId: string): State =>
  state.response.is === 'active' && state.response.responseId === responseId &&
    !state.response.hasSpoken
    ? { ...state, failures: 0, response: { ...state.response, hasSpoken: true } }
    : state

/** The slot is free again; what waits goes next. */
export const free = <State extends Live>(state: State, atMs: number): Change<State> =>
  askNext({ ...state, response: { is: 'free' } }, atMs)

/** What is to be asked for after a response that came to nothing, or broke off. */
export const sameAgain = (state: Live): ResponseRequest => {
  if (state.response.is === 'free') return { kind: 'reply' }
  // Half of it is none of it.
  if (state.response.request.kind === 'consent') return state.response.request
  const isBroken = state.response.is === 'active' && state.response.hasSpoken
  return isBroken ? { kind: 'go-on' } : state.response.request
}

const isSame = (one: ResponseRequest, other: ResponseRequest): boolean =>
  one.kind === other.kind &&
  (one.kind !== 'exactly' || other.kind !== 'exactly' || one.sentence === other.sentence)
