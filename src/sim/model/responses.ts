/**
 * The side of a session that speaks: it starts responses, holds that only one of them writes to the
 * conversation, stops them, and sums them up in `response.done`.
 */
import type { Cancel } from '../../clock.ts'
import type { ResponseRequest } from './client-events.ts'
import type { Desk } from './desk.ts'
import type { ResponseObject, StatusDetails } from './events.ts'
import { limitOutputs } from './limit.ts'
import { type ContextHead, createMeter, NO_USAGE } from './meter.ts'
import { perform, type Performance, type PerformanceEnd, type ResponseHead } from './performance.ts'
import { type Occasion, planOutput, planTurn } from './plan.ts'
import type { Refusal } from './refusal.ts'
import type { RemoteTools } from './remote-tools.ts'
import { createTurns, createTurnsOutOfBand } from './scenario.ts'
import type { SessionObject } from './session-config.ts'
import type { ResponseTurn } from './turn.ts'

export type Responses = Readonly<{
  create: (occasion: Occasion, request: ResponseRequest, eventId: string | null) => void
  /** Stops the response of this id, or the active one. */
  cancel: (responseId: string | undefined, eventId: string | null) => void
  /**
   * The caller speaks: whatever is in the conversation's response stops, and the wait for the
   * caller is over.
   */
  callerSpeaks: () => void
  isActive: () => boolean
}>

export const createResponses = (
  desk: Desk,
  remoteTools: Pick<RemoteTools, 'called'>,
  callerSilent: () => void,
): Responses => {
  const { scenario, conversation, clips } = desk
  const nextTurn = createTurns(scenario)
  const nextOutOfBand = createTurnsOutOfBand(scenario)
  const meter = createMeter()
  const outOfBand = new Map<string, Performance>()
  let active: Performance | undefined
  let tokensUsed = 0
  let cancelIdleWait: Cancel = () => {}

  const start = (occasion: Occasion, request: ResponseRequest, turn: ResponseTurn) => {
    const session = desk.session()
    const head = headOf(desk, session, request)
    const contextHead = { ...session, ...request }
    const planned = { occasion, request, session, conversation, clips }
    const wanted = turn.outputs.map((output) => planOutput(output, planned))
    const { outputs, isCut } = limitOutputs(wanted, head)
    const firstDeltaMs = scenario.firstAudioMs + turn.delayMs
    const firstDeltaAtMs = desk.clock.nowMs() + firstDeltaMs
    const performance = perform({
      desk,
      remoteTools,
      head,
      outputs,
      firstDeltaMs,
      ending: isCut ? { type: 'incomplete', reason: 'max_output_tokens' } : turn.ending,
      finished: (end) => finish(contextHead, head, end, firstDeltaAtMs),
    })
    if (head.conversation_id === null) outOfBand.set(head.id, performance)
    else active = performance
    const { dropSocket } = turn
    if (dropSocket) desk.later(dropSocket.afterMs, () => desk.close(dropSocket.code, ''))
  }

  const finish = (
    contextHead: ContextHead,
    head: ResponseHead,
    end: PerformanceEnd,
    firstDeltaAtMs: number,
  ) => {
    const { details, generated, output } = end
    if (head.conversation_id === null) outOfBand.delete(head.id)
    else active = undefined
    const context = conversation.entries().filter(({ item }) =>
      !output.some(({ id }) => id === item.id)
    )
    const usage = details?.type === 'failed'
      ? NO_USAGE
      : meter.usage(contextHead, context, generated)
    const response = { ...head, status: statusOf(details), status_details: details, output, usage }
    tokensUsed += usage.total_tokens
    desk.recorder.responded(response)
    desk.send({ type: 'response.done', response })
    desk.later(RATE_LIMITS_AFTER_MS, () => sendRateLimits(desk, tokensUsed))
    if (head.conversation_id !== null) waitForCaller(firstDeltaAtMs + generated.audioMs)
  }

  /**
   * The idle timeout runs from when the audio would have been played, if it was played as it came.
   */
  const waitForCaller = (playedAtMs: number) => {
    const settings = desk.session().audio.input.turn_detection
    cancelIdleWait()
    if (settings?.type !== 'server_vad' || settings.idle_timeout_ms === null) return
    const leftMs = Math.max(0, playedAtMs - desk.clock.nowMs())
    cancelIdleWait = desk.later(leftMs + settings.idle_timeout_ms, callerSilent)
  }

  return {
    create: (occasion, request, eventId) => {
      if (active && request.conversation !== 'none') {
        return desk.refuse(alreadyActive(active.id), eventId)
      }
      const unknown = unknownReference(request, desk)
      if (unknown) return desk.refuse(unknown, eventId)
      const session = desk.session()
      const turn = planTurn({
        occasion,
        request,
        session,
        conversation,
        clips,
        nextTurn: request.conversation === 'none' ? nextOutOfBand : nextTurn,
      })
      cancelIdleWait()
      if (turn.kind === 'error') desk.refuse(turn.error, eventId)
      if (turn.kind === 'response') start(occasion, request, turn)
    },
    cancel: (responseId, eventId) => {
      const performance = responseId === undefined || responseId === active?.id
        ? active
        : outOfBand.get(responseId)
      if (!performance) return desk.refuse(NOT_ACTIVE, eventId)
      performance.cancel('client_cancelled')
    },
    callerSpeaks: () => {
      cancelIdleWait()
      if (desk.session().audio.input.turn_detection?.interrupt_response) {
        active?.cancel('turn_detected')
      }
    },
    isActive: () => active !== undefined,
  }
}

const RATE_LIMITS_AFTER_MS = 40

const headOf = (desk: Desk, session: SessionObject, request: ResponseRequest): ResponseHead => {
  const { format, voice } = { ...session.audio.output, ...request.audio?.output }
  return {
    object: 'realtime.response',
    id: desk.ids('resp'),
    conversation_id: request.conversation === 'none' ? null : desk.conversation.id,
    output_modalities: request.output_modalities ?? session.output_modalities,
    max_output_tokens: request.max_output_tokens ?? session.max_output_tokens,
    audio: { output: { format, voice: typeof voice === 'string' ? voice : voice.id } },
    metadata: request.metadata ?? null,
  }
}

const statusOf = (details: StatusDetails | null): ResponseObject['status'] =>
  details?.type ?? 'completed'

const TOKENS_PER_MINUTE = 800_000

const sendRateLimits = (desk: Desk, tokensUsed: number): void =>
  desk.send({
    type: 'rate_limits.updated',
    rate_limits: [{
      name: 'tokens',
      limit: TOKENS_PER_MINUTE,
      remaining: Math.max(0, TOKENS_PER_MINUTE - tokensUsed),
      reset_seconds: Number((60 * Math.min(1, tokensUsed / TOKENS_PER_MINUTE)).toFixed(3)),
    }],
  })

const unknownReference = (
  { input }: ResponseRequest,
  { conversation }: Desk,
): Refusal | undefined => {
  const unknown = input?.find((item) =>
    item.type === 'item_reference' && !conversation.find(item.id)
  )
  if (unknown?.type !== 'item_reference') return undefined
  return {
    code: 'item_reference_invalid_item_id',
    param: 'response.input',
    message: `Item reference '${unknown.id}' does not exist.`,
  }
}

const alreadyActive = (responseId: string): Refusal => ({
  code: 'conversation_already_has_active_response',
  message:
    `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`,
})

const NOT_ACTIVE: Refusal = {
  code: 'response_cancel_not_active',
  message: 'Cancellation failed: no active response found',
}
