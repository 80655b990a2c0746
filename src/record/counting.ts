/**
 * What is counted of a call while one process holds it: answers and how long the caller waited for them, barge-ins, mistakes, and how
 * the call ended. What it cost is counted elsewhere (`running-cost.ts`).
 */
import type { FeedEntry } from '../bridge/call-feed.ts'
import { NO_TOKENS } from './money.ts'
import type { CallFacts, CallPart } from './record.ts'

/** What the entries so far have come to. */
export type Counted = Readonly<{
  call: CallFacts
  part: CallPart
  /** What the agent's next sound will answer; it also speaks unasked. */
  awaited: 'greeting' | 'answer' | 'nothing'
}>

/** A call of which nothing was counted yet in this process. */
export const beginCounting = (call: CallFacts): Counted => ({
  call,
  part: {
    callSid: call.callSid,
    customer: call.customer,
    part: call.epoch,
    startedAt: call.startedAt,
    turns: 0,
    latencySumMs: 0,
    latencyMaxMs: 0,
    bargeIns: 0,
    errors: 0,
    tokens: NO_TOKENS,
    costNano: 0,
    revision: 0,
  },
  awaited: call.epoch === 1 ? 'greeting' : 'nothing',
})

/** Counts an entry of the call's feed, which was at `at` in ms since 1970. */
export const count = ({ call, part, awaited }: Counted, entry: FeedEntry, at: number): Counted => {
  switch (entry.type) {
    case 'caller-connected':
      return {
        call: { ...call, epoch: entry.epoch },
        part,
        awaited: entry.epoch > 1 ? 'nothing' : awaited,
      }
    case 'caller-speaking':
      return { call, part, awaited: 'answer' }
    case 'agent-speaking':
      return {
        call,
        part: withAnswer(part, awaited, Math.round(entry.latencyMs)),
        awaited: 'nothing',
      }
    case 'barged-in':
      return { call, part: { ...part, bargeIns: part.bargeIns + 1 }, awaited }
    case 'response-ended':
      return { call, part: entry.status === 'failed' ? withError(part) : part, awaited }
    case 'model-complained':
    case 'model-interrupted':
    case 'stream-lost':
      return { call, part: withError(part), awaited }
    case 'ended': {
      const ended = { ...part, endedAt: at }
      // A call that another process takes up goes on; this process's part of it is over.
      if (entry.reason === 'handed-over') return { call, part: ended, awaited }
      const cause = 'cause' in entry ? { cause: entry.cause } : {}
      return {
        call: { ...call, endedAt: at, endReason: entry.reason, ...cause },
        part: ended,
        awaited,
      }
    }
    default:
      return { call, part, awaited }
  }
}

const withAnswer = (
  part: CallPart,
  awaited: Counted['awaited'],
  latencyMs: number,
): CallPart => {
  if (awaited === 'nothing') return part
  if (awaited === 'greeting') return { ...part, firstAudioMs: latencyMs }
  return {
    ...part,
    turns: part.turns + 1,
    latencySumMs: part.latencySumMs + latencyMs,
    latencyMaxMs: Math.max(part.latencyMaxMs, latencyMs),
  }
}

const withError = (part: CallPart): CallPart => ({ ...part, errors: part.errors + 1 })
