/**
 * What happens next in a call: `step(state, event)` gives the next state and what is to be done, and does nothing itself.
 */
import { mayResume, partWithStream, tellStream } from './caller-leg.ts'
import { keep } from './checkpoint.ts'
import type { CallEffect, CallReport } from './effects.ts'
import type { EndReason } from './end-reason.ts'
import { responseFailed, responseFiltered } from './failures.ts'
import type { CallEvent } from './events.ts'
import { holdSent, releaseHold } from './hold.ts'
import { modelComplained, modelInterrupted, modelReady, orphanPlayback } from './model-leg.ts'
import { type Echo, echoed, isPlaying, itemEnded, type Marked, probe, sent } from './playback.ts'
import { bargeIn, refuseAudio, refuseResponse } from './refuse.ts'
import { planRenewal, renewLater, reserveReady } from './renewal.ts'
import { type Change, free, spoken, started } from './responses.ts'
import { passTime } from './time.ts'
import { type CallState, connect, type Ringing, type Talking, type Up } from './state.ts'
import { answerResults, noteToolCall, runTool, toolReturned } from './tool-calls.ts'
import { place, words, written } from './words.ts'

/** The next state, and the effects to perform in their order. */
export type Step = Change<CallState>

/** Takes one event. An event that makes no sense in the present phase changes nothing. */
export const step = (state: CallState, event: CallEvent): Step => {
  switch (state.phase) {
    case 'ringing':
      return stepRinging(state, event)
    case 'talking':
      return stepTalking(state, event)
    case 'ended':
      return [state, []]
  }
}

const stepRinging = (state: Ringing, event: CallEvent): Step => {
  switch (event.type) {
    case 'caller-connected': {
      const afterMs = event.atMs - state.startedAtMs
      const talking = connect(state, event.atMs)
      const { epoch } = state
      return withMark(talking, probe(talking.playback, event.atMs), [
        report({ type: 'caller-connected', afterMs, epoch }),
        keep(talking, event.atMs),
      ])
    }
    case 'model-interrupted':
      return modelInterrupted(state, event.cause, event.atMs, { is: 'nobody', sinceMs: event.atMs })
    case 'stream-asked':
      return !state.isTold || mayResume(state, event.atMs)
        ? [tellStream(state, event.atMs), []]
        : end(state, 'caller-lost', event.atMs)
    case 'tick':
      return event.atMs - state.sinceMs < state.rules.streamTimeoutMs
        ? [state, []]
        : end(state, state.epoch === 1 ? 'no-stream' : 'caller-lost', event.atMs)
    default:
      return stepLive(state, event)
  }
}

const stepTalking = (state: Talking, event: CallEvent): Step => {
  switch (event.type) {
    case 'caller-started-speaking': {
      const [interrupted, effects] = bargeIn(state, event.atMs)
      return [
        {
          ...interrupted,
          floor: { is: 'caller' },
          unwritten: event.itemId,
          holding: false,
          timesAsked: 0,
          // Who speaks is not silent; time that is up stays up.
          ending: state.ending.is === 'goodbye' && state.ending.reason === 'caller-silent'
            ? { is: 'not-yet' }
            : state.ending,
        },
        [
          ...effects,
          { type: 'keep-turn', itemId: event.itemId },
          report({ type: 'caller-speaking' }),
        ],
      ]
    }
    case 'caller-stopped-speaking':
      return [{ ...state, floor: { is: 'awaited', sinceMs: event.atMs } }, []]
    case 'agent-response-started':
      return state.response.is === 'asked' && state.floor.is === 'caller'
        ? refuseResponse(state, event.responseId, event.atMs)
        : stepLive(state, event)
    case 'agent-about-to-speak':
      return releaseHold(state, event.atMs)
    case 'agent-audio-sent':
      return audioSent(state, event)
    case 'agent-audio-ended':
      return withEcho(state, itemEnded(state.playback, event.itemId, event.contentIndex), event)
    case 'mark-echoed':
      return withEcho(state, echoed(state.playback, event.name, event.atMs), event)
    case 'reserve-ready':
      return reserveReady(state, event.expiresInMs, event.atMs)
    case 'hold-sent':
      return holdSent(state, event.sentMs, event.atMs)
    case 'model-ready':
      return then(
        releaseHold(state, event.atMs),
        (next) => modelReady(next, planRenewal(event.expiresInMs, event.atMs), event.atMs),
      )
    case 'model-interrupted':
      return modelInterrupted(orphanPlayback(state), event.cause, event.atMs, state.floor)
    case 'stream-lost':
      return streamLost(state, event.atMs)
    case 'stream-asked':
      // Twilio knows before our socket does that the stream is gone.
      return then(streamLost(state, event.atMs), (next) => step(next, event))
    case 'tick': {
      const next = passTime(state, event.atMs)
      return next.is === 'on' ? next.change : end(state, next.reason, event.atMs)
    }
    default:
      return stepLive(state, event)
  }
}

const streamLost = (state: Talking, atMs: number): Step =>
  mayResume(state, atMs)
    ? then(partWithStream(state, atMs), (next) => [next, [
      report({ type: 'stream-lost' }),
      keep(next, atMs),
    ]])
    : end(state, 'caller-lost', atMs)

/** What means the same before and after the line is open. */
const stepLive = (state: Up, event: CallEvent): Step => {
  switch (event.type) {
    case 'model-ready':
      return modelReady(state, planRenewal(event.expiresInMs, event.atMs), event.atMs)
    case 'model-lost': {
      const reason = state.model.is === 'opening' ? 'model-unreachable' : 'model-lost'
      return end(state, reason, event.atMs, event.cause)
    }
    case 'model-complained':
      return modelComplained(state, event.code, event.problem)
    case 'reserve-ready':
      return [renewLater(state, event.atMs), [{ type: 'drop-reserve' }]]
    case 'reserve-failed':
      return [renewLater(state, event.atMs), [
        report({ type: 'renewal-failed', cause: event.cause }),
      ]]
    case 'agent-response-started':
      return [started(state, event.responseId, event.atMs), []]
    case 'agent-response-ended':
      return responseEnded(state, event)
    case 'agent-audio-refused':
      return refuseAudio(state, event)
    case 'agent-called-tool': {
      const noted = noteToolCall(state, event)
      return noted ? then(noted, (next) => runTool(next, event)) : [state, []]
    }
    case 'tool-returned':
      return toolReturned(state, event)
    case 'agent-item-added':
      return place(state, { ...event, speaker: 'agent' })
    case 'caller-turn-ended':
      return place(state, { ...event, speaker: 'caller' })
    case 'agent-words':
      return words(spoken(state, event.responseId), { ...event, speaker: 'agent' }, event)
    case 'caller-words':
      return then(
        words(state, { ...event, speaker: 'caller' }, event),
        (next) => event.final ? written(next, event.itemId, event.atMs) : [next, []],
      )
    case 'caller-pressed-key':
      return [state, [report({ type: 'key-pressed', digit: event.digit })]]
    case 'caller-hung-up':
      return end(state, 'caller-hung-up', event.atMs)
    case 'end-requested':
      return end(state, event.reason, event.atMs)
    case 'hand-over':
      return event.isForced
        ? end(state, 'handed-over', event.atMs)
        : [{ ...state, isLeaving: true }, []]
    default:
      return [state, []]
  }
}

const responseEnded = (
  state: Up,
  event: Extract<CallEvent, { type: 'agent-response-ended' }>,
): Step => {
  const { responseId, status, reason, usage, atMs } = event
  const reported = report({ type: 'response-ended', responseId, status, reason, usage })
  const isActive = state.response.is === 'active' && state.response.responseId === responseId
  if (!isActive) return [state, [reported]]
  return then([state, [reported]], (next) => {
    if (status === 'failed') {
      const outcome = responseFailed(next, reason, atMs)
      return outcome.is === 'on' ? outcome.change : end(next, outcome.reason, atMs, reason)
    }
    const isFiltered = status === 'incomplete' && reason === 'content_filter'
    if (isFiltered && !hasSpoken(next)) return responseFiltered(next, atMs)
    const isAnswer = status === 'completed' && !next.rules.isTranscribed
    return then(
      then(
        isAnswer && next.unwritten !== undefined ? written(next, next.unwritten, atMs) : [next, []],
        (answered) => then(free(answered, atMs), (freed) => answerResults(freed, responseId, atMs)),
      ),
      (freed) => [freed, [keep(freed, atMs)]],
    )
  })
}

const hasSpoken = ({ response }: Up): boolean => response.is === 'active' && response.hasSpoken

const audioSent = (
  state: Talking,
  event: Extract<CallEvent, { type: 'agent-audio-sent' }>,
): Step => {
  const marked = sent(state.playback, event, event.atMs)
  if (state.floor.is === 'agent' || state.floor.is === 'caller') return withMark(state, marked)
  const sinceMs = state.floor.is === 'awaited' ? state.floor.sinceMs : event.atMs
  const { responseId } = event
  return withMark({ ...state, floor: { is: 'agent' } }, marked, [
    report({ type: 'agent-speaking', responseId, latencyMs: event.atMs - sinceMs }),
  ])
}

const withMark = (
  state: Talking,
  { playback, mark }: Marked,
  effects: readonly CallEffect[] = [],
): Step => [
  { ...state, playback },
  mark === undefined ? effects : [{ type: 'mark-playback', name: mark }, ...effects],
]

const withEcho = (state: Talking, echo: Echo, { atMs }: CallEvent): Step => {
  const silent = state.floor.is === 'agent' && !isPlaying(echo.playback, atMs)
  return withMark(
    silent ? { ...state, floor: { is: 'nobody', sinceMs: atMs } } : state,
    echo,
    [
      ...echo.heard.map(({ itemId, modelMs }) =>
        report({ type: 'agent-heard', itemId, heardMs: modelMs })
      ),
      ...(echo.heard.length > 0 ? [keep(state, atMs)] : []),
    ],
  )
}

const end = (
  state: Up,
  reason: EndReason,
  atMs: number,
  cause?: string,
): Step => [
  { phase: 'ended', reason, transcript: state.transcript },
  [
    // What another process takes up must be written before the stream is closed.
    ...(reason === 'handed-over' ? [keep(state, atMs)] : []),
    { type: 'end-call', reason },
    report({
      type: 'ended',
      reason,
      ...(cause === undefined ? {} : { cause }),
      durationMs: atMs - state.startedAtMs,
    }),
  ],
]

/** Goes on from a change; the effects of both are done in order. */
const then = <Before, After>(
  [state, effects]: Change<Before>,
  next: (state: Before) => Change<After>,
): Change<After> => {
  const [after, more] = next(state)
  return [after, [...effects, ...more]]
}

const report = (report: CallReport): CallEffect => ({ type: 'report', report })
