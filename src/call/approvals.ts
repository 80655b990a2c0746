/**
 * What the model may have done elsewhere only when somebody allows it. On a phone that is the caller: the agent asks in its own words,
 * and tells us the answer by a tool. Who is not heard in time has not allowed it.
 */
import { andThen } from './change.ts'
import type { CallEffect } from './effects.ts'
import type { CallEvent } from './events.ts'
import { note } from './notes.ts'
import { begin } from './remote-tools.ts'
import { ask, type Change } from './responses.ts'
import type { Talking, Up } from './state.ts'
import { isCallerSpeaking, refuseTool, type ToolCalled, toolReturned } from './tool-calls.ts'
import { addToolCall, finishToolCall, toolLineOf } from './transcript.ts'

/** Something that waits for the caller's word; only the first of them has been put to the caller. */
export type Approval = Readonly<{
  requestId: string
  /** The call that it is about, where that is known already. */
  toolCallId: string | undefined
  server: string
  name: string
  given: string
  /** When it was put to the caller. */
  sinceMs: number
  /** `told`: the agent knows that it must ask. `asked`: it has spoken since. `answered`: the caller has, after that. */
  stage: 'told' | 'asked' | 'answered'
}>

type Asked = Extract<CallEvent, { type: 'agent-asked-approval' }>

/** How long the caller may take, with the agent's question. */
const PATIENCE_MS = 60_000
const MOST_WAITING = 8

/** Takes a request. Where the agent has no way to tell the answer, it is refused at once. */
export const askApproval = <State extends Up>(state: State, event: Asked): Change<State> => {
  const { requestId, server, name, given, atMs } = event
  if (state.approvals.some((each) => each.requestId === requestId)) return [state, []]
  const call = state.tools.findLast((each) =>
    (each.stage === 'called' || each.stage === 'remote') &&
    (each.name === '' || each.name === name) && (each.given === '' || each.given === given)
  )
  const toolCallId = call?.toolCallId
  const approval: Approval = {
    requestId,
    toolCallId,
    server,
    name,
    given,
    sinceMs: atMs,
    stage: 'told',
  }
  const waiting: State = {
    ...state,
    tools: state.tools.filter((each) => each !== call),
    approvals: [...state.approvals, approval],
  }
  const canAnswer = state.rules.agents[state.agent]?.actions.includes('answer_approval') ?? false
  if (!canAnswer || state.approvals.length >= MOST_WAITING) {
    return refuse(waiting, approval, 'Nobody can be asked.', atMs)
  }
  return state.approvals.length === 0 ? putToCaller(waiting, atMs) : [waiting, []]
}

/** Takes the caller's answer to the first request, as the agent tells it. */
export const answerApproval = (
  state: Talking,
  { approve, reason }: Readonly<{ approve: boolean; reason: string }>,
  event: ToolCalled,
): Change<Talking> => {
  const { toolCallId, atMs } = event
  const [approval] = state.approvals
  if (!approval) return refuseTool(state, event, NOTHING_WAITS)
  // A model in a hurry must not allow itself what it was to ask for.
  if (approve && approval.stage !== 'answered') return refuseTool(state, event, NOT_ASKED)
  const answered = approve
    ? allow(state, approval, reason, event)
    : refuse(state, approval, reason, atMs)
  const output = approve ? ALLOWED : NOT_ALLOWED
  return andThen(
    andThen(answered, (next) => putToCaller(next, atMs)),
    (next) => toolReturned(next, { toolCallId, output, failed: false, atMs }),
  )
}

/** The agent speaks: by now it has asked. */
export const hasAsked = (state: Talking): Talking => at(state, 'told', 'asked')

/** The caller speaks, or presses a key: that may be the answer. */
export const hasAnswered = (state: Talking): Talking => at(state, 'asked', 'answered')

const at = (state: Talking, from: Approval['stage'], to: Approval['stage']): Talking => {
  const [approval, ...others] = state.approvals
  return approval?.stage === from
    ? { ...state, approvals: [{ ...approval, stage: to }, ...others] }
    : state
}

/** Refuses what the caller has not allowed in time. */
export const passApprovals = <State extends Up>(state: State, atMs: number): Change<State> => {
  const [approval] = state.approvals
  if (!approval || atMs - approval.sinceMs < PATIENCE_MS) return [state, []]
  const text = `${approval.name} was not allowed within ${PATIENCE_MS / 1000} s and is not done.`
  return andThen(
    andThen(
      refuse(state, approval, 'The caller did not say.', atMs),
      (next) => note(next, text, atMs),
    ),
    (next) => putToCaller(next, atMs),
  )
}

/** Whoever asked is not there any more: nothing of it is done, and the next session may ask again. */
export const loseApprovals = <State extends Up>(state: State, atMs: number): Change<State> => {
  const next: State = { ...state, approvals: [] }
  if (state.approvals.length === 0) return [state, []]
  const names = state.approvals.map(({ name }) => name).join(', ')
  return note(
    next,
    `${names} was not done: the connection broke before it was allowed. ` +
      'If the caller wants it, use it again, and ask them again when you are told to.',
    atMs,
  )
}

/** Another agent goes on, who does not know what was asked. */
export const refuseApprovals = <State extends Up>(state: State, atMs: number): Change<State> =>
  state.approvals.reduce<Change<State>>(
    (change, approval) =>
      andThen(change, (next) => refuse(next, approval, 'The caller was handed on.', atMs)),
    [state, []],
  )

const ALLOWED = 'Allowed. It is being done; you are told what came of it.'
const NOT_ALLOWED = 'It is not done. Go on without it.'
const NOT_ASKED = 'The caller has not answered yet. Ask them, and wait for what they say.'
const NOTHING_WAITS =
  'Nothing waits to be allowed. If the caller still wants something done, use its tool again.'
const REFUSED = 'Not done: it was not allowed.'

/** The agent is told to ask; it says so in its own words as soon as it can. */
const putToCaller = <State extends Up>(state: State, atMs: number): Change<State> => {
  const [approval, ...others] = state.approvals
  if (!approval) return [state, []]
  const { server, name, given } = approval
  const put: State = {
    ...state,
    approvals: [{ ...approval, sinceMs: atMs, stage: 'told' }, ...others],
  }
  const text = `${name} of "${server}" is used with ${given} only if the caller allows it. ` +
    'Ask them in one plain sentence whether you may. ' +
    'When they have answered, call answer_approval; do not use the tool again meanwhile.'
  return andThen(
    note(put, text, atMs),
    // Whoever speaks now is answered anyway, by a model that knows.
    (next) => isCallerSpeaking(next) ? [next, []] : ask(next, { kind: 'results' }, atMs),
  )
}

/** The call is made from now on, and answered together with the tool call that has allowed it. */
const allow = (
  state: Talking,
  approval: Approval,
  reason: string,
  { responseId, atMs }: ToolCalled,
): Change<Talking> => {
  const { toolCallId, name, given } = approval
  const next = settled(state, approval)
  const effect = answer(approval, true, reason)
  if (toolCallId === undefined) return [next, [effect]]
  const call = { toolCallId, responseId, name, given, sinceMs: atMs, isFilled: false }
  const called: Talking = { ...next, tools: [...next.tools, { ...call, stage: 'called' }] }
  return andThen([called, [effect]], (each) => begin(each, toolCallId, atMs))
}

const refuse = <State extends Up>(
  state: State,
  approval: Approval,
  reason: string,
  atMs: number,
): Change<State> => {
  const { requestId, name, given } = approval
  const toolCallId = approval.toolCallId ?? requestId
  const tool = { toolCallId, name, given, failed: true }
  const lines = toolLineOf(state.transcript, toolCallId)
    ? state.transcript
    : addToolCall(state.transcript, toolCallId, tool, atMs)
  const transcript = finishToolCall(lines, toolCallId, REFUSED, true)
  const line = toolLineOf(transcript, toolCallId)
  return [{ ...settled(state, approval), transcript }, [
    answer(approval, false, reason),
    ...(line ? [{ type: 'report', report: { type: 'line', line } } as const] : []),
  ]]
}

const settled = <State extends Up>(state: State, approval: Approval): State => ({
  ...state,
  approvals: state.approvals.filter((each) => each !== approval),
})

const answer = ({ requestId }: Approval, approve: boolean, reason: string): CallEffect => ({
  type: 'answer-approval',
  requestId,
  approve,
  reason,
})
