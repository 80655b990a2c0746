/**
 * The caller is put through to a human. The agent stays until somebody has answered: if nobody does, or the human does not want
 * the call, the caller comes back to an agent that knows.
 */
import { awaitStream, leaveStream, tellStream } from './caller-leg.ts'
import type { CallEffect } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { ask, type Change } from './responses.ts'
import type { Away, Ringing, Talking, Up } from './state.ts'
import { note } from './notes.ts'
import { toolReturned } from './tool-calls.ts'

/** Somebody a caller can be put through to. */
export type DestinationRules = Readonly<{
  /** `cold`: they are connected when somebody answers. `warm`: whoever answers hears a summary and decides. */
  mode: 'cold' | 'warm'
  /** How long it may ring. */
  timeoutMs: number
}>

/** Why a caller comes back. */
export type TransferFailure = 'busy' | 'no-answer' | 'refused' | 'failed'

/** What a human may take to listen and decide, and Twilio to tell of it. */
const GRACE_MS = 45_000

/** The stream is left; Twilio asks what to do and is told whom to call. */
export const beginTransfer = (
  state: Talking,
  transfer: Readonly<{ destination: string; summary: string }>,
  toolCallId: string | undefined,
  atMs: number,
): Change<Away> => {
  const { live, effects } = leaveStream(state, atMs)
  const { destination, summary } = transfer
  const { mode } = live.rules.destinations[destination]
  const away: Away = {
    ...live,
    phase: 'away',
    destination,
    summary,
    toolCallId,
    sinceMs: atMs,
    isTold: false,
  }
  return [away, [...effects, {
    type: 'report',
    report: { type: 'transferring', destination, mode },
  }]]
}

/** Twilio asks what to do with the caller: it is told whom to call, once; asked again, the caller comes back. */
export const tellTransfer = (state: Away, atMs: number): Change<Away | Ringing> => {
  if (state.isTold) {
    const [back, effects] = comeBack(state, 'failed', true, atMs)
    return [tellStream(back, atMs), effects]
  }
  const { destination, summary } = state
  const isWarm = state.rules.destinations[destination].mode === 'warm'
  return [
    { ...state, isTold: true, sinceMs: atMs },
    isWarm ? [{ type: 'call-human', destination, summary }] : [],
  ]
}

/** Nobody took the call. */
export const comeBack = (
  state: Away,
  why: TransferFailure,
  isBack: boolean,
  atMs: number,
): Change<Ringing> => {
  const { phase: _, destination, summary: __, toolCallId, isTold: ___, ...live } = state
  const ringing = awaitStream(live, '', atMs)
  const isWarm = live.rules.destinations[destination].mode === 'warm'
  const output = `The transfer to ${destination} did not work: ${REASONS[why]}. ` +
    'The caller is back with you. Tell them, and go on.'
  const [told, effects] = toolCallId === undefined
    ? askAbout(ringing, output, atMs)
    : toolReturned(ringing, { toolCallId, output, failed: true, atMs })
  return [told, [
    ...effects,
    ...(isWarm ? [{ type: 'hang-up-human' } as const] : []),
    // From a call to a number Twilio comes back by itself; out of a conference the caller is fetched.
    ...(isWarm && !isBack ? [{ type: 'bring-back' } as const] : []),
    { type: 'report', report: { type: 'transfer-failed', destination, why } },
  ]]
}

/** Whether so much time has passed that somebody must have answered, or never will. */
export const isTransferOver = (state: Away, atMs: number): boolean => {
  const { timeoutMs } = state.rules.destinations[state.destination]
  return atMs - state.sinceMs >= timeoutMs + GRACE_MS
}

/** What is left to do when a call ends while a human is still being called: nobody is to wait for the other. */
export const breakOff = (state: Up, reason: EndReason): readonly CallEffect[] => {
  if (state.phase !== 'away' || reason === 'transferred') return []
  if (state.rules.destinations[state.destination].mode === 'cold') return []
  const isWaiting = state.isTold && reason !== 'caller-hung-up'
  return [{ type: 'hang-up-human' }, ...(isWaiting ? [{ type: 'bring-back' } as const] : [])]
}

const askAbout = (state: Ringing, text: string, atMs: number): Change<Ringing> => {
  const [noted, effects] = note(state, text, atMs)
  const [asked, more] = ask(noted, { kind: 'results' }, atMs)
  return [asked, [...effects, ...more]]
}

const REASONS: Readonly<Record<TransferFailure, string>> = {
  'busy': 'the line is busy',
  'no-answer': 'nobody answers',
  'refused': 'they cannot take the call now',
  'failed': 'the call could not be made',
}
