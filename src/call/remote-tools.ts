/**
 * Tools that the model has called elsewhere, without us. A response does not wait for them, and the model does not go on by itself
 * when one is there: it is asked to, as for tools of our own. What is told of a call comes in pieces and in any order.
 */
import { andThen } from './change.ts'
import type { CallEffect } from './effects.ts'
import type { CallEvent } from './events.ts'
import { note } from './notes.ts'
import type { Change } from './responses.ts'
import type { Up } from './state.ts'
import { type ToolCall, toolFinished } from './tool-calls.ts'
import { addToolCall, describeToolCall, finishToolCall, toolLineOf } from './transcript.ts'

type Used = Extract<CallEvent, { type: 'agent-used-remote-tool' }>

/** After this nothing more is expected of it. */
const GIVE_UP_MS = 30_000
/** How much of what it gave is written down; the model has all of it. */
const OUTPUT_CHARS = 16_000

/** Takes a piece of what is known of a call. */
export const noteRemoteTool = <State extends Up>(state: State, event: Used): Change<State> => {
  if (toolLineOf(state.transcript, event.itemId)?.final) return addOutput(state, event)
  if (event.stage !== 'over' && waitsForCaller(state, event)) {
    return [withApproved(state, event), []]
  }
  const known = withFacts(state, event)
  if (event.stage === 'called') return [known, []]
  const begun = begin(known, event.itemId, event.atMs)
  if (event.stage === 'running') return begun
  return andThen(begun, (next) =>
    toolFinished(next, {
      toolCallId: event.itemId,
      output: outputOf(event),
      failed: event.failed ?? false,
      atMs: event.atMs,
    }))
}

/** Lets a call begin that was known of before, or was waited for. */
export const begin = <State extends Up>(
  state: State,
  toolCallId: string,
  atMs: number,
): Change<State> => {
  const call = state.tools.find((each) => each.toolCallId === toolCallId)
  if (!call || call.stage !== 'called') return [state, []]
  const { name, given } = call
  const tool = { toolCallId, name, given, failed: false }
  const begun: ToolCall = { ...call, stage: 'remote', sinceMs: atMs }
  return [
    {
      ...state,
      tools: state.tools.map((each) => each === call ? begun : each),
      transcript: addToolCall(state.transcript, toolCallId, tool, atMs),
    },
    [{ type: 'report', report: { type: 'tool-called', toolCallId, name } }],
  ]
}

/** Gives up on what takes too long, and tells the model so. */
export const giveUpRemoteTools = <State extends Up>(state: State, atMs: number): Change<State> => {
  const call = state.tools.find(({ stage, sinceMs }) =>
    (stage === 'remote' || stage === 'called') && atMs - sinceMs >= GIVE_UP_MS
  )
  if (!call) return [state, []]
  const { toolCallId, name } = call
  const text = `${name || 'A tool'} has not answered for ${GIVE_UP_MS / 1000} s ` +
    'and is not waited for.'
  return andThen(
    andThen(begin(state, toolCallId, atMs), (next) => note(next, text, atMs)),
    (next) => toolFinished(next, { toolCallId, output: TOOK_TOO_LONG, failed: true, atMs }),
  )
}

/** Forgets the calls of a response that ended before they were made. */
export const withoutUnmade = <State extends Up>(
  state: State,
  { responseId, status }: Readonly<{ responseId: string; status: string }>,
): State =>
  status === 'completed' ? state : {
    ...state,
    tools: state.tools.filter((call) => call.stage !== 'called' || call.responseId !== responseId),
  }

/** The session that had them called is gone, and what came of them with it. */
export const loseRemoteTools = <State extends Up>(state: State, atMs: number): Change<State> => {
  const lost = state.tools.filter(({ stage }) => stage === 'remote')
  const isRemote = ({ stage }: ToolCall) => stage === 'remote' || stage === 'called'
  const transcript = lost.reduce(
    (lines, { toolCallId }) => finishToolCall(lines, toolCallId, LOST, true),
    state.transcript,
  )
  const next = { ...state, transcript, tools: state.tools.filter((call) => !isRemote(call)) }
  const effects = lost.flatMap(({ toolCallId, name, sinceMs }): readonly CallEffect[] => [
    // A session that has taken over already was told of a call that nothing has come of yet.
    ...(state.model.is === 'ready'
      ? [{ type: 'return-output', toolCallId, output: LOST } as const]
      : []),
    {
      type: 'report',
      report: { type: 'tool-returned', toolCallId, name, afterMs: atMs - sinceMs, failed: true },
    },
    ...lineOf(transcript, toolCallId),
  ])
  return [next, effects]
}

/** A server has not told which tools it has: the model does without them, and is told so once. */
export const missRemoteTools = <State extends Up>(
  state: State,
  server: string,
  atMs: number,
): Change<State> => {
  const text = `The tools of "${server}" are not available in this call. ` +
    'Promise nothing that needs them; say that it does not work right now.'
  const reported: CallEffect = { type: 'report', report: { type: 'remote-tools-missing', server } }
  const isTold = state.transcript.some((line) => line.speaker === 'note' && line.text === text)
  return isTold
    ? [state, [reported]]
    : andThen(note(state, text, atMs), (next) => [next, [reported]])
}

const LOST = 'The result was lost with the connection. It may have been done or not.'
const TOOK_TOO_LONG = 'No answer came in time. It may have been done or not. Tell the caller so.'

const outputOf = ({ output = '' }: Used): string => output.slice(0, OUTPUT_CHARS)

/** The end of a call may be told before what came of it. */
const addOutput = <State extends Up>(state: State, event: Used): Change<State> => {
  const { itemId, output, failed = false } = event
  const isKnown = toolLineOf(state.transcript, itemId)?.text !== ''
  if (output === undefined || isKnown) return [state, []]
  const transcript = finishToolCall(state.transcript, itemId, outputOf(event), failed)
  return [{ ...state, transcript }, lineOf(transcript, itemId)]
}

/** Whether a call is one that has to be allowed first, told of before its request or after it. */
const waitsForCaller = ({ approvals }: Up, event: Used): boolean =>
  approvals.some((each) => isAbout(each, event))

const withApproved = <State extends Up>(state: State, event: Used): State => ({
  ...state,
  approvals: state.approvals.map((each) =>
    isAbout(each, event) ? { ...each, toolCallId: event.itemId } : each
  ),
})

const isAbout = (
  { toolCallId, name, given }: Up['approvals'][number],
  { itemId, ...event }: Used,
): boolean =>
  toolCallId === itemId ||
  (toolCallId === undefined && (event.name ?? name) === name && (event.given ?? given) === given)

const withFacts = <State extends Up>(state: State, event: Used): State => {
  const { itemId, name, given, responseId, atMs } = event
  const known = state.tools.find(({ toolCallId }) => toolCallId === itemId)
  const facts = {
    ...(name === undefined ? {} : { name }),
    ...(given === undefined ? {} : { given }),
    // One that was allowed is answered together with what allowed it.
    ...(responseId === undefined || known?.responseId ? {} : { responseId }),
  }
  const call: ToolCall = {
    toolCallId: itemId,
    responseId: '',
    name: '',
    given: '',
    sinceMs: atMs,
    stage: 'called',
    isFilled: false,
    ...known,
    ...facts,
  }
  return {
    ...state,
    // What is over need not be allowed any more.
    approvals: state.approvals.filter(({ toolCallId }) => toolCallId !== itemId),
    tools: known ? state.tools.map((each) => each === known ? call : each) : [...state.tools, call],
    transcript: describeToolCall(state.transcript, itemId, call),
  }
}

const lineOf = (transcript: Up['transcript'], toolCallId: string): readonly CallEffect[] => {
  const line = toolLineOf(transcript, toolCallId)
  return line ? [{ type: 'report', report: { type: 'line', line } }] : []
}
