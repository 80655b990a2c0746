/**
 * What the agent has done while the call goes on: audio and barge-in never wait for a tool. The results of one response are
 * answered together, in one response of their own, once the last of them is there.
 */
import { andThen } from './change.ts'
import type { CallEffect } from './effects.ts'
import type { CallEvent } from './events.ts'
import { ask, type Change } from './responses.ts'
import type { CallState, Up } from './state.ts'
import { addToolCall, finishToolCall, toolLineOf } from './transcript.ts'

/** A tool call of a response that is not answered yet. */
export type ToolCall = Readonly<{
  toolCallId: string
  responseId: string
  name: string
  /** The arguments as the model wrote them. */
  given: string
  sinceMs: number
  /**
   * `planned`: it is what the call does next, and no work. `back`: what came of it is known. `called` and `remote`: the model has it
   * done without us, soon or now.
   */
  stage: 'running' | 'called' | 'remote' | 'planned' | 'back'
  /** Whether the caller was told to wait for it. */
  isFilled: boolean
}>

export type ToolCalled = Extract<CallEvent, { type: 'agent-called-tool' }>
type ToolReturned = Extract<CallEvent, { type: 'tool-returned' }>

/** Notes a tool call; undefined for one that is known already, which the model may send twice. */
export const noteToolCall = <State extends Up>(
  state: State,
  event: ToolCalled,
): Change<State> | undefined => {
  const { toolCallId, responseId, itemId, name, given, atMs } = event
  if (toolLineOf(state.transcript, toolCallId)) return undefined
  const call: ToolCall = {
    toolCallId,
    responseId,
    name,
    given,
    sinceMs: atMs,
    stage: 'running',
    isFilled: false,
  }
  const tool = { toolCallId, name, given, failed: false }
  return [
    {
      ...state,
      tools: [...state.tools, call],
      transcript: addToolCall(state.transcript, itemId, tool, atMs),
    },
    [{ type: 'report', report: { type: 'tool-called', toolCallId, name } }],
  ]
}

/** Whether the caller has spoken over the response that asks for it. */
export const isCutShort = ({ refused }: Up, { responseId }: ToolCalled): boolean =>
  refused.some((each) => each.responseId === responseId)

/** Has it done. */
export const runTool = <State extends Up>(
  state: State,
  { toolCallId, name, given }: ToolCalled,
): Change<State> => [state, [{ type: 'run-tool', toolCallId, name, given }]]

/** Tells the model why it is not done. */
export const refuseTool = <State extends Up>(
  state: State,
  { toolCallId, atMs }: ToolCalled,
  output: string,
): Change<State> => toolReturned(state, { toolCallId, output, failed: true, atMs })

/** What came of a tool call is known, and told to the model. */
export const toolReturned = <State extends Up>(
  state: State,
  event: Omit<ToolReturned, 'type'>,
): Change<State> => {
  const { toolCallId, output } = event
  const isOpen = state.tools.some((each) => each.toolCallId === toolCallId && each.stage !== 'back')
  // A session that is being opened is told with all the rest.
  const told: readonly CallEffect[] = isOpen && state.model.is === 'ready'
    ? [{ type: 'return-output', toolCallId, output }]
    : []
  return andThen([state, told], (next) => toolFinished(next, event))
}

/** What came of a tool call is known, to the model too. */
export const toolFinished = <State extends Up>(
  state: State,
  { toolCallId, output, failed, atMs }: Omit<ToolReturned, 'type'>,
): Change<State> => {
  const call = state.tools.find((each) => each.toolCallId === toolCallId && each.stage !== 'back')
  if (!call) return [state, []]
  const transcript = finishToolCall(state.transcript, toolCallId, output, failed)
  const back = { ...withStage(state, toolCallId, 'back'), transcript }
  const [next, effects] = answerResults(back, call.responseId, atMs)
  const line = toolLineOf(transcript, toolCallId)
  const { name, sinceMs } = call
  return [next, [
    {
      type: 'report',
      report: { type: 'tool-returned', toolCallId, name, afterMs: atMs - sinceMs, failed },
    },
    ...(line ? [{ type: 'report', report: { type: 'line', line } } as const] : []),
    ...effects,
  ]]
}

/** Asks for an answer to the results of a response, once it has ended and all of them are there. */
export const answerResults = <State extends Up>(
  state: State,
  responseId: string,
  atMs: number,
): Change<State> => {
  const calls = state.tools.filter((each) => each.responseId === responseId)
  const isOver = state.response.is !== 'active' || state.response.responseId !== responseId
  if (calls.length === 0 || !isOver || calls.some(({ stage }) => stage !== 'back')) {
    return [state, []]
  }
  const answered = { ...state, tools: state.tools.filter((each) => !calls.includes(each)) }
  // Whoever speaks now is answered anyway, and by a model that knows the results.
  return isCallerSpeaking(answered) ? [answered, []] : ask(answered, { kind: 'results' }, atMs)
}

/** Since when something is being done, in ms of the clock; undefined when nothing is. */
export const busySinceMs = ({ tools }: Pick<Up, 'tools'>): number | undefined =>
  tools.find(({ stage }) => stage !== 'planned' && stage !== 'back')?.sinceMs

/** Marks a tool call as what the call does next. */
export const withStage = <State extends Up>(
  state: State,
  toolCallId: string,
  stage: ToolCall['stage'],
): State => ({
  ...state,
  tools: state.tools.map((each) => each.toolCallId === toolCallId ? { ...each, stage } : each),
})

/** Whether the caller is saying something, which will be answered anyway. */
export const isCallerSpeaking = (state: CallState): boolean =>
  state.phase === 'talking' && state.floor.is === 'caller'
