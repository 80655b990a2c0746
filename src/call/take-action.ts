/** What the agent wants to do with the call: done, planned, or refused with a sentence. */
import { type Action, actionOf } from './actions.ts'
import { answerApproval } from './approvals.ts'
import { andThen } from './change.ts'
import { handOff, handOffProblem } from './hand-off.ts'
import { beginEntry } from './keypad.ts'
import { collected } from './keys-pressed.ts'
import { isPlaying } from './playback.ts'
import { type Departure, planToLeave } from './plan.ts'
import type { Change } from './responses.ts'
import type { Talking } from './state.ts'
import {
  isCutShort,
  noteToolCall,
  refuseTool,
  type ToolCalled,
  toolReturned,
  withStage,
} from './tool-calls.ts'

/** Takes a tool call as an action of the agent's; undefined when it is a tool to be run. */
export const takeAction = (state: Talking, event: ToolCalled): Change<Talking> | undefined => {
  const agent = state.rules.agents[state.agent]
  const action = actionOf(event.name, event.given, agent, state.rules)
  if (!action || isCutShort(state, event)) return undefined
  const noted = noteToolCall(state, event)
  if (!noted) return [state, []]
  return andThen(
    noted,
    (next) =>
      action.is === 'mistake' ? refuseTool(next, event, action.problem) : take(next, action, event),
  )
}

const take = (state: Talking, action: Action, event: ToolCalled): Change<Talking> => {
  const { toolCallId, atMs } = event
  const { phrases, keysBy } = state.rules
  switch (action.is) {
    case 'end':
      return leave(state, { is: 'end', reason: 'agent-ended' }, phrases.goodbye, event)
    case 'transfer':
      return leave(state, action, phrases.transfer, event)
    case 'press-keys':
      return keysBy === 'twilio'
        ? leave(state, action, '', event)
        : [state, [{ type: 'play-keys', toolCallId, keys: action.keys }]]
    case 'collect-digits': {
      if (state.keypad.is === 'collecting') {
        return refuseTool(state, event, 'Another entry is being waited for.')
      }
      const planned = withStage(state, toolCallId, 'planned')
      const outcome = beginEntry(state, action.entry, toolCallId, atMs)
      return outcome.is === 'collected'
        ? collected(planned, outcome, atMs)
        : [{ ...planned, keypad: outcome.keypad }, []]
    }
    case 'answer-approval':
      return answerApproval(state, action, event)
    case 'hand-off': {
      const problem = handOffProblem(state, action.agent)
      if (problem !== undefined) return refuseTool(state, event, problem)
      const output = `The caller has been handed on. You are now the agent ${action.agent}; ` +
        'go on with them.'
      return andThen(
        handOff(state, action.agent, atMs),
        (next) => toolReturned(next, { toolCallId, output, failed: false, atMs }),
      )
    }
  }
}

/** The call is left when the agent was heard; it is given something to say if it says nothing. */
const leave = (
  state: Talking,
  departure: Departure,
  sentence: string,
  event: ToolCalled,
): Change<Talking> => {
  const { toolCallId, atMs } = event
  if (state.plan.is === 'leave') {
    return refuseTool(state, event, 'The call is about to be left already.')
  }
  const isSaying = (state.response.is === 'active' && state.response.hasSpoken) ||
    isPlaying(state.playback, atMs)
  const planned = planToLeave(state, departure, isSaying ? '' : sentence, atMs, toolCallId)
  return [withStage(planned, toolCallId, 'planned'), []]
}
