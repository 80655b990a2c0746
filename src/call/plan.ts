/**
 * What is to happen as soon as the agent has been heard: the end of the call, a transfer. Nobody is hung up on in the middle of a
 * goodbye, and a caller who speaks up meanwhile is not sent away.
 */
import type { CallEffect } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { isPlaying } from './playback.ts'
import { ask, type Change } from './responses.ts'
import { isAgentsTurn, type Talking } from './state.ts'
import { toolReturned } from './tool-calls.ts'

/** Where the call goes from here. */
export type Departure =
  | Readonly<{ is: 'end'; reason: EndReason }>
  | Readonly<{ is: 'transfer'; destination: string; summary: string }>
  /** Twilio presses keys, and then opens another stream. */
  | Readonly<{ is: 'press-keys'; keys: string }>

export type Plan =
  | Readonly<{ is: 'stay' }>
  | Readonly<{
    is: 'leave'
    departure: Departure
    /** The tool call that asked for it; without one the caller or the clock did. */
    toolCallId: string | undefined
    /** What is said if the agent says nothing itself; empty for nothing. */
    sentence: string
    /** After this it is not waited for any longer. */
    latestMs: number
  }>

/** What was not heard by then is not waited for. */
const PATIENCE_MS = 15_000

/** Plans a departure; `sentence` is asked for at once where the agent is not saying something anyway. */
export const planToLeave = (
  state: Talking,
  departure: Departure,
  sentence: string,
  atMs: number,
  toolCallId?: string,
): Talking => ({
  ...state,
  plan: { is: 'leave', departure, toolCallId, sentence, latestMs: atMs + PATIENCE_MS },
})

/** Says the last sentence and leaves when it was heard; nothing else is said any more. */
export const sayAndLeave = (
  state: Talking,
  departure: Departure,
  sentence: string,
  atMs: number,
): Change<Talking> =>
  ask(
    { ...planToLeave(state, departure, '', atMs), waiting: [] },
    { kind: 'exactly', sentence },
    atMs,
  )

/** A departure whose time has come, a sentence to be said before it, or nothing yet. */
export type NextOfPlan =
  | Readonly<{ is: 'wait' }>
  | Readonly<{ is: 'on'; change: Change<Talking> }>
  | Readonly<{ is: 'go'; departure: Departure; toolCallId: string | undefined }>

/** Looks how far a plan is. */
export const followPlan = (
  state: Talking,
  plan: Extract<Plan, { is: 'leave' }>,
  atMs: number,
): NextOfPlan => {
  const { departure, toolCallId, sentence, latestMs } = plan
  const isHeard = !isAgentsTurn(state) && state.floor.is !== 'caller' &&
    !isPlaying(state.playback, atMs)
  if (atMs >= latestMs) return { is: 'go', departure, toolCallId }
  if (!isHeard) return { is: 'wait' }
  if (sentence === '') return { is: 'go', departure, toolCallId }
  const said = { ...state, plan: { ...plan, sentence: '' } }
  return { is: 'on', change: ask(said, { kind: 'exactly', sentence }, atMs) }
}

/** The agent says something itself before it leaves. */
export const hasSaidSo = (state: Talking): Talking =>
  state.plan.is === 'leave' && state.plan.sentence !== ''
    ? { ...state, plan: { ...state.plan, sentence: '' } }
    : state

const BROKE = 'Not done: the line to the caller broke before.'

/** The caller speaks, or presses a key: what the agent or a silence has planned is off; what the caller or the clock wants stays. */
export const dropPlan = (
  state: Talking,
  did: 'spoke' | 'pressed a key',
  atMs: number,
): Change<Talking> => {
  const { plan } = state
  if (plan.is === 'stay') return [state, []]
  const { departure, toolCallId } = plan
  const stayed: Talking = { ...state, plan: { is: 'stay' } }
  if (toolCallId !== undefined) {
    const output = `Not done: the caller ${did} before. Go on with the call.`
    return tellOff(stayed, toolCallId, output, atMs)
  }
  const isSilence = departure.is === 'end' && departure.reason === 'caller-silent'
  return [isSilence ? stayed : state, NOTHING]
}

/** The line broke: nothing that was planned is done, and the agent is told when it asked for it. */
export const breakPlan = (state: Talking, atMs: number): Change<Talking> => {
  const { plan } = state
  const stayed: Talking = { ...state, plan: { is: 'stay' } }
  return plan.is === 'stay' || plan.toolCallId === undefined
    ? [stayed, NOTHING]
    : tellOff(stayed, plan.toolCallId, BROKE, atMs)
}

const tellOff = (
  state: Talking,
  toolCallId: string,
  output: string,
  atMs: number,
): Change<Talking> => toolReturned(state, { toolCallId, output, failed: true, atMs })

const NOTHING: readonly CallEffect[] = []
