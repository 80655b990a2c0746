/** What happens next while the line is open. */
import { hasAnswered, hasAsked } from './approvals.ts'
import { awaitStream, leaveStream, mayResume, partWithStream } from './caller-leg.ts'
import { andThen, report, reportHeard } from './change.ts'
import { isWorthKeeping, keep } from './checkpoint.ts'
import { answersCaller, followConsent, settled, speakOver } from './consent.ts'
import type { CallEffect } from './effects.ts'
import { end } from './end.ts'
import type { CallEvent } from './events.ts'
import { holdSent, releaseHold } from './hold.ts'
import { collected, entered, keyPressed } from './keys-pressed.ts'
import { keysOver } from './keypad.ts'
import { isLeavingMessage, isNotMessage, leaveMessage } from './message.ts'
import { modelInterrupted, modelReady, orphanPlayback } from './model-leg.ts'
import {
  type Echo,
  echoed,
  isPlaying,
  itemEnded,
  type Marked,
  sent,
  sentKeys,
  silentSinceMs,
} from './playback.ts'
import { breakPlan, type Departure, dropPlan, hasSaidSo } from './plan.ts'
import { bargeIn, refuseResponse } from './refuse.ts'
import { planRenewal, reserveReady } from './renewal.ts'
import { askNext, type Change } from './responses.ts'
import type { CallState, Floor, Talking } from './state.ts'
import { stepUp } from './step-up.ts'
import { takeAction } from './take-action.ts'
import { passTime, sayGoodbye } from './time.ts'
import { toolReturned } from './tool-calls.ts'
import { beginTransfer } from './transfer.ts'
import { beginTurn } from './unwritten.ts'

type Step = Change<CallState>

/** Takes one event of a call whose line is open. */
export const stepTalking = (state: Talking, event: CallEvent): Step =>
  answersCaller(state) ? stepOpen(state, event) : stepBeforeConsent(state, event)

/** The caller does not interrupt, and the model says nothing by itself. */
const stepBeforeConsent = (state: Talking, event: CallEvent): Step => {
  const [next, effects] = stepUnanswered(state, event)
  if (next.phase !== 'talking') return [next, effects]
  const after = followConsent(next, event)
  const hasHeard = settled(after, event.atMs)
  if (!hasHeard) return [after, effects]
  const [asked, requests] = askNext(hasHeard, event.atMs)
  return [asked, [
    ...effects,
    { type: 'answer-caller' },
    ...requests,
    report({ type: 'consent-heard' }),
    keep(asked, event.atMs),
  ]]
}

const stepUnanswered = (state: Talking, event: CallEvent): Step => {
  switch (event.type) {
    case 'caller-started-speaking':
      return speakOver(state, event.itemId)
    case 'caller-stopped-speaking':
      return [state, []]
    case 'agent-response-started':
      return state.response.is === 'asked'
        ? stepUp(state, event)
        : refuseResponse(state, event.responseId, event.atMs)
    default:
      return stepOpen(state, event)
  }
}

const stepOpen = (state: Talking, event: CallEvent): Step => {
  switch (event.type) {
    case 'caller-started-speaking':
      return isLeavingMessage(state) ? [state, []] : callerSpeaks(state, event)
    case 'caller-stopped-speaking':
      return isLeavingMessage(state)
        ? [state, []]
        : [{ ...state, floor: { is: 'awaited', sinceMs: event.atMs } }, []]
    case 'goodbye-asked':
      return sayGoodbye(state, 'operator-ended', event.atMs)
    case 'message-asked':
      return leaveMessage(state, event.sentence, event.atMs)
    case 'caller-turn-ended':
      return stepUp({ ...state, handOffs: 0 }, event)
    case 'caller-pressed-key':
      return isLeavingMessage(state) ? stepUp(state, event) : keyPressed(hasAnswered(state), event)
    case 'agent-response-started':
      return isNotMessage(state) || (state.response.is === 'asked' && state.floor.is === 'caller')
        ? refuseResponse(state, event.responseId, event.atMs)
        : stepUp(state, event)
    case 'agent-called-tool':
      return takeAction(state, event) ?? stepUp(state, event)
    case 'agent-about-to-speak':
      return releaseHold(state, event.atMs)
    case 'agent-audio-sent':
      return audioSent(hasAsked(hasSaidSo(state)), event)
    case 'agent-audio-ended':
      return withEcho(state, itemEnded(state.playback, event.itemId, event.contentIndex), event)
    case 'mark-echoed':
      return withEcho(state, echoed(state.playback, event.name, event.atMs), event)
    case 'keys-sent':
      return keysSent(state, event)
    case 'reserve-ready':
      return reserveReady(state, event.expiresInMs, event.atMs)
    case 'hold-sent':
      return holdSent(state, event.sentMs, event.atMs)
    case 'model-ready':
      return andThen(
        releaseHold(state, event.atMs),
        (next) =>
          modelReady(
            { ...next, floor: unlessTold(next.floor, event.atMs) },
            planRenewal(event.expiresInMs, event.atMs),
            event.atMs,
          ),
      )
    case 'model-interrupted':
      return andThen(
        orphanPlayback(state),
        (next) => modelInterrupted(next, event.cause, event.atMs, state.floor),
      )
    case 'stream-lost':
      return streamLost(state, event.atMs)
    case 'tick':
      return tick(state, event.atMs)
    default:
      return stepUp(state, event)
  }
}

/** Whether the caller speaks still, a new session tells when it has heard them. What was too long ago it does not hear. */
const unlessTold = (floor: Floor, atMs: number): Floor =>
  floor.is === 'caller' ? { is: 'awaited', sinceMs: atMs } : floor

/** A mark follows what was sent. */
export const withMark = (
  state: Talking,
  { playback, mark }: Marked,
  effects: readonly CallEffect[] = [],
): Change<Talking> => [
  { ...state, playback },
  mark === undefined ? effects : [{ type: 'mark-playback', name: mark }, ...effects],
]

const callerSpeaks = (
  state: Talking,
  { itemId, atMs }: Extract<CallEvent, { type: 'caller-started-speaking' }>,
): Step => {
  const taken = andThen(bargeIn(hasAnswered(state), atMs), (interrupted): Change<Talking> => [
    {
      ...interrupted,
      floor: { is: 'caller' },
      unwritten: beginTurn(interrupted.unwritten, itemId),
      // Who had to wait for an answer and says something else is answered that.
      waiting: interrupted.waiting.filter(({ kind }) => kind !== 'reply'),
      holding: false,
      timesAsked: 0,
    },
    [{ type: 'keep-turn', itemId }, report({ type: 'caller-speaking' })],
  ])
  // Who speaks is not silent, and is not sent away by the agent; time that is up stays up.
  return andThen(taken, (next) => dropPlan(next, 'spoke', atMs))
}

const streamLost = (state: Talking, atMs: number): Step =>
  mayResume(state, atMs)
    ? andThen(
      andThen(breakPlan(state, atMs), (next) => partWithStream(next, atMs)),
      (next) => [next, [
        report({ type: 'stream-lost' }),
        keep(next, atMs),
      ]],
    )
    : end(state, 'caller-lost', atMs)

const tick = (state: Talking, atMs: number): Step => {
  const keys = keysOver(state, atMs)
  if (keys?.is === 'entered') return entered(state, keys.digits, atMs)
  if (keys?.is === 'collected') return collected(state, keys, atMs)
  const next = passTime(state, atMs)
  switch (next.is) {
    case 'wait':
      return [state, []]
    case 'on':
      return next.change
    case 'over':
      return end(state, next.reason, atMs)
    case 'go':
      return depart(state, next.departure, next.toolCallId, atMs)
  }
}

const depart = (
  state: Talking,
  departure: Departure,
  toolCallId: string | undefined,
  atMs: number,
): Step => {
  switch (departure.is) {
    case 'end':
      return end(state, departure.reason, atMs)
    case 'transfer':
      return andThen(
        beginTransfer(state, departure, toolCallId, atMs),
        (away) => [away, [keep(away, atMs)]],
      )
    case 'press-keys': {
      const { live, effects } = leaveStream(state, atMs)
      const ringing = awaitStream(live, departure.keys, atMs)
      const output = 'The keys are being pressed. Listen to what is said next.'
      const [next, more] = toolCallId === undefined
        ? [ringing, []]
        : toolReturned(ringing, { toolCallId, output, failed: false, atMs })
      return [next, [...effects, ...more, keep(next, atMs)]]
    }
  }
}

const keysSent = (
  state: Talking,
  { toolCallId, sentMs, atMs }: Extract<CallEvent, { type: 'keys-sent' }>,
): Step =>
  andThen(
    withMark({ ...state, holding: false }, sentKeys(state.playback, sentMs, atMs)),
    (next) =>
      toolReturned(next, { toolCallId, output: 'The keys were pressed.', failed: false, atMs }),
  )

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

const withEcho = (state: Talking, echo: Echo, { atMs }: CallEvent): Step => {
  const isSilent = state.floor.is === 'agent' && !isPlaying(echo.playback, atMs)
  const sinceMs = Math.min(atMs, silentSinceMs(echo.playback))
  return withMark(
    isSilent ? { ...state, floor: { is: 'nobody', sinceMs } } : state,
    echo,
    [
      ...reportHeard(echo.heard),
      ...(echo.heard.length > 0 || isWorthKeeping(state.playback, echo.playback)
        ? [keep({ ...state, playback: echo.playback }, atMs)]
        : []),
    ],
  )
}
