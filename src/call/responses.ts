/**
 * One response at a time: the model refuses to begin a second one, so what the agent shall say waits here for its turn.
 */
import type { CallEffect } from './effects.ts'
import type { Live, ResponseRequest } from './state.ts'

/** A changed state of the same phase, and what is to be done. */
export type Change<State> = readonly [State, readonly CallEffect[]]

/** Asks the agent to say something, now or when it can. The same request does not wait twice. */
export const ask = <State extends Live>(state: State, request: ResponseRequest): Change<State> => {
  const waits = state.waiting.some((each) => each.kind === request.kind)
  return askNext(waits ? state : { ...state, waiting: [...state.waiting, request] })
}

/** Sends the next request if the model is there and free. */
export const askNext = <State extends Live>(state: State): Change<State> => {
  const [request, ...waiting] = state.waiting
  if (!request || state.model.is !== 'ready' || state.response.is !== 'free') return [state, []]
  return [
    { ...state, waiting, response: { is: 'asked', request } },
    [{ type: 'request-response', request }],
  ]
}

/** The model has begun a response: the one that was asked for, or one of its own accord. */
export const started = <State extends Live>(state: State, responseId: string): State => {
  const request: ResponseRequest = state.response.is === 'asked'
    ? state.response.request
    : { kind: 'reply' }
  return { ...state, response: { is: 'active', responseId, request, hasSpoken: false } }
}

/** A word of a response has come. */
export const spoken = <State extends Live>(state: State, responseId: string): State =>
  state.response.is === 'active' && state.response.responseId === responseId &&
    !state.response.hasSpoken
    ? { ...state, response: { ...state.response, hasSpoken: true } }
    : state

/** The slot is free again; what waits goes next. */
export const free = <State extends Live>(state: State): Change<State> =>
  askNext({ ...state, response: { is: 'free' } })
