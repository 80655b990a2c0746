/** What happens next in a call that has not ended, whatever its line does. */
import { actionOf } from './actions.ts'
import { askApproval } from './approvals.ts'
import { andThen, report } from './change.ts'
import { keep } from './checkpoint.ts'
import { answersCaller, consentEnded } from './consent.ts'
import { end } from './end.ts'
import type { CallEffect } from './effects.ts'
import type { CallEvent } from './events.ts'
import { modelLimited, responseFailed, responseFiltered } from './failures.ts'
import { modelComplained, modelReady } from './model-leg.ts'
import { refuseAudio } from './refuse.ts'
import { planRenewal, renewLater } from './renewal.ts'
import { missRemoteTools, noteRemoteTool, withoutUnmade } from './remote-tools.ts'
import { askNext, type Change, free, spoken, started } from './responses.ts'
import { type CallState, isWanted, type Up } from './state.ts'
import {
  answerResults,
  isCutShort,
  noteToolCall,
  refuseTool,
  runTool,
  type ToolCalled,
  toolReturned,
} from './tool-calls.ts'
import { place, words, written } from './words.ts'

type Step = Change<CallState>

/** Takes an event that means the same whatever the line does. */
export const stepUp = (state: Up, event: CallEvent): Step => {
  switch (event.type) {
    case 'model-ready':
      return modelReady(state, planRenewal(event.expiresInMs, event.atMs), event.atMs)
    case 'model-lost': {
      const reason = state.model.is === 'opening' ? 'model-unreachable' : 'model-lost'
      return end(state, reason, event.atMs, event.cause)
    }
    case 'model-complained':
      return modelComplained(state, event.code, event.problem)
    case 'model-limited':
      return [modelLimited(state, event.resetInMs, event.atMs), []]
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
    case 'agent-called-tool':
      return callTool(state, event)
    case 'agent-used-remote-tool':
      return noteRemoteTool(state, event)
    case 'agent-asked-approval':
      return askApproval(state, event)
    case 'remote-tools-missing':
      return missRemoteTools(state, event.server, event.atMs)
    case 'tool-returned':
      return toolReturned(state, event)
    case 'agent-item-added':
      return place(state, { ...event, speaker: 'agent' })
    case 'caller-turn-ended':
      return place(state, { ...event, speaker: 'caller' })
    case 'agent-words':
      return words(spoken(state, event.responseId), { ...event, speaker: 'agent' }, event)
    case 'caller-words':
      return andThen(
        words(state, { ...event, speaker: 'caller' }, event),
        (next) =>
          andThen(
            event.final ? written(next, event.itemId, event.atMs) : [next, []],
            (after) => [after, transcribed(event.seconds)],
          ),
      )
    case 'caller-pressed-key':
      return [state, [report({ type: 'key-pressed', digit: event.digit })]]
    case 'caller-hung-up':
      return end(state, 'caller-hung-up', event.atMs)
    case 'end-requested':
      return end(state, event.reason, event.atMs)
    case 'goodbye-asked':
      return end(state, 'operator-ended', event.atMs)
    case 'cost-grew':
      return [{ ...state, spentNano: state.spentNano + event.nano }, []]
    case 'hand-over':
      return event.isForced
        ? end(state, 'handed-over', event.atMs)
        : [{ ...state, isLeaving: true }, []]
    default:
      return [state, []]
  }
}

/** An action needs an open line, which takes it before it comes here. */
const callTool = (state: Up, event: ToolCalled): Step => {
  const noted = noteToolCall(state, event)
  if (!noted) return [state, []]
  const isAction = actionOf(event.name, event.given, state.rules.agents[state.agent], state.rules)
  return andThen(noted, (next) => {
    if (isCutShort(next, event)) return refuseTool(next, event, CUT_SHORT)
    return isAction ? refuseTool(next, event, NO_LINE) : runTool(next, event)
  })
}

const CUT_SHORT = 'This was not begun: the caller spoke first.'
const NO_LINE = 'This cannot be done now: the line to the caller is being opened.'

const responseEnded = (
  state: Up,
  event: Extract<CallEvent, { type: 'agent-response-ended' }>,
): Step => {
  const { responseId, reason, usage, atMs } = event
  const reported = report({
    type: 'response-ended',
    responseId,
    status: event.status,
    reason,
    usage,
  })
  const isActive = state.response.is === 'active' && state.response.responseId === responseId
  // One that was given up may have kept the model from beginning the next.
  if (!isActive) return andThen([state, [reported]], (next) => askNext(next, atMs))
  // What was stopped by us may still fail, or be complete: nobody hears it, and nothing is to be made up for.
  const status = isWanted(state, responseId) ? event.status : 'cancelled'
  const over = withoutUnmade(state, event)
  if (status === 'failed') {
    const outcome = responseFailed(over, reason, atMs)
    return outcome.is === 'on'
      ? andThen(
        andThen([over, [reported]], () => outcome.change),
        (next) => answerResults(next, responseId, atMs),
      )
      : andThen([over, [reported]], (next) => end(next, outcome.reason, atMs, reason))
  }
  const consent = consentEnded(over, status === 'completed')
  if (!consent) {
    return andThen([over, [reported]], (next) => end(next, 'model-failed', atMs, 'consent'))
  }
  return andThen([{ ...over, consent }, [reported]], (next) =>
    andThen(
      freed(next, { ...event, status }),
      (free) =>
        andThen(answerResults(free, responseId, atMs), (last) => [last, [keep(last, atMs)]]),
    ))
}

/** The slot is free; what a filter kept back is made up for. */
const freed = (
  state: Up,
  { status, reason, atMs }: Extract<CallEvent, { type: 'agent-response-ended' }>,
): Change<Up> => {
  const isFiltered = status === 'incomplete' && reason === 'content_filter' &&
    answersCaller(state)
  if (isFiltered) return responseFiltered(state, atMs)
  const isAnswer = status === 'completed' && !state.rules.isTranscribed
  const last = isAnswer ? state.unwritten.at(-1) : undefined
  const answered: Change<Up> = last === undefined ? [state, []] : written(state, last, atMs)
  return andThen(answered, (next) => free(next, atMs))
}

const transcribed = (seconds: number | undefined): readonly CallEffect[] =>
  seconds === undefined ? [] : [report({ type: 'transcribed', seconds })]
