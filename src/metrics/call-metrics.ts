/** What the feed of a call means for the metrics. Audio is counted once, when the call ends: nothing here runs for a frame. */
import type { CallEntry } from '../bridge/call-feed.ts'
import type { Usage } from '../call/events.ts'
import type { Instruments } from './instruments.ts'
import { knownOr, MODEL_CODES, RESPONSE_STATUSES } from './labels.ts'

/** Gives what is to be told every entry of one call's feed, in order. */
export const watchCall = (its: Instruments, model: string): (entry: CallEntry) => void => {
  // The agent also speaks unasked, after a silence or on a new stream; that is no answer.
  let awaited: 'greeting' | 'answer' | 'nothing' = 'greeting'
  let lostAtMs: number | undefined

  const agentSpeaks = (latencyMs: number) => {
    if (awaited === 'greeting') its.greeting.observe(latencyMs / 1000)
    if (awaited === 'answer') its.turnResponse.observe({ model }, latencyMs / 1000)
    awaited = 'nothing'
  }

  const connectedAgain = (atMs: number) => {
    if (lostAtMs === undefined) its.callsRevived.inc()
    else its.streamGap.observe((atMs - lostAtMs) / 1000)
    lostAtMs = undefined
    awaited = 'nothing'
  }

  return (entry) => {
    switch (entry.type) {
      case 'offered':
        return its.callsActive.inc()
      case 'model-ready':
        return its.modelConnect.observe({ outcome: 'ready' }, entry.afterMs / 1000)
      case 'caller-connected':
        return entry.epoch > 1 ? connectedAgain(entry.atMs) : undefined
      case 'stream-lost':
        lostAtMs ??= entry.atMs
        return its.streamsLost.inc()
      case 'model-interrupted':
        return its.modelInterruptions.inc()
      case 'model-resumed':
        return its.modelGap.observe(entry.afterMs / 1000)
      case 'model-renewed':
        return its.modelRenewals.inc({ outcome: entry.isForced ? 'forced' : 'quiet' })
      case 'renewal-failed':
        return its.modelRenewals.inc({ outcome: 'failed' })
      case 'caller-speaking':
        awaited = 'answer'
        return
      case 'agent-speaking':
        return agentSpeaks(entry.latencyMs)
      case 'barged-in':
        return its.bargeIns.inc()
      case 'model-complained':
        return its.modelComplaints.inc({ code: knownOr(MODEL_CODES, entry.code) })
      case 'response-ended':
        return responseEnded(its, model, entry)
      case 'summarised':
        its.summaries.inc({ status: entry.status })
        return tokensUsed(its, model, entry.usage)
      case 'counts':
        return audioCounted(its, entry)
      case 'ended':
        return callEnded(its, entry)
    }
  }
}

type Entry<Type extends CallEntry['type']> = Extract<CallEntry, { type: Type }>

const responseEnded = (its: Instruments, model: string, entry: Entry<'response-ended'>): void => {
  const { status, reason, usage } = entry
  its.responses.inc({ status: knownOr(RESPONSE_STATUSES, status) })
  if (status === 'failed' || status === 'incomplete') {
    its.responseFailures.inc({ code: knownOr(MODEL_CODES, reason) })
  }
  tokensUsed(its, model, usage)
}

const tokensUsed = (its: Instruments, model: string, usage: Usage | undefined): void => {
  if (!usage) return
  const { inputTextTokens, inputAudioTokens, cachedTextTokens, cachedAudioTokens } = usage
  const add = (kind: string, text: number, audio: number) => {
    its.tokens.inc({ model, kind, modality: 'text' }, Math.max(0, text))
    its.tokens.inc({ model, kind, modality: 'audio' }, Math.max(0, audio))
  }
  add('input', inputTextTokens - cachedTextTokens, inputAudioTokens - cachedAudioTokens)
  add('cached', cachedTextTokens, cachedAudioTokens)
  add('output', usage.outputTextTokens, usage.outputAudioTokens)
}

const audioCounted = (its: Instruments, { caller, agent, rejectedPayloads }: Entry<'counts'>) => {
  its.callerFrames.inc(caller.frames)
  its.callerFilled.inc(caller.filledMs / 1000)
  its.agentSent.inc(agent.sentMs / 1000)
  its.agentDeltasRefused.inc(agent.refused)
  its.audioDropped.inc({ speaker: 'caller' }, caller.droppedMs / 1000)
  its.audioDropped.inc({ speaker: 'agent' }, agent.droppedMs / 1000)
  its.payloadsRejected.inc(rejectedPayloads)
}

const callEnded = (its: Instruments, { reason, durationMs }: Entry<'ended'>): void => {
  its.callsActive.dec()
  its.calls.inc({ end_reason: reason })
  its.callDuration.observe(durationMs / 1000)
  if (reason === 'model-unreachable') {
    its.modelConnect.observe({ outcome: 'unreachable' }, durationMs / 1000)
  }
}
