/** What a call has cost so far: put together entry by entry while it goes on, and costed at any moment. */
import type { FeedEntry } from '../bridge/call-feed.ts'
import type { Customer } from '../config/config.ts'
import { addTokens, costNano, NO_TOKENS, type Tariff, type TokenCounts, tokensOf } from './money.ts'

/** What is paid for, as far as this process has seen it used. */
export type RunningCost = Readonly<{
  tokens: TokenCounts
  transcribedS: number
  /** When the line opened, and when the call was over; ms of the call. */
  openSinceMs: number | undefined
  endedAtMs?: number
}>

/** Nothing was used yet. */
export const NOTHING_USED: RunningCost = {
  tokens: NO_TOKENS,
  transcribedS: 0,
  openSinceMs: undefined,
}

/** Takes an entry of the call's feed. */
export const noteCost = (cost: RunningCost, entry: FeedEntry): RunningCost => {
  switch (entry.type) {
    case 'transcribed':
      return { ...cost, transcribedS: cost.transcribedS + entry.seconds }
    case 'caller-connected':
      return { ...cost, openSinceMs: cost.openSinceMs ?? entry.atMs }
    case 'ended':
      return { ...cost, endedAtMs: entry.atMs }
    case 'response-ended':
    case 'summarised':
      return entry.usage ? { ...cost, tokens: addTokens(cost.tokens, tokensOf(entry.usage)) } : cost
    default:
      return cost
  }
}

/** The cost at a moment of the call, in billionths of a dollar. */
export const runningNano = (
  tariff: Tariff,
  { tokens, transcribedS, openSinceMs, endedAtMs }: RunningCost,
  atMs: number,
): number =>
  costNano(tariff, {
    tokens,
    transcribedS,
    talkedS: openSinceMs === undefined ? 0 : ((endedAtMs ?? atMs) - openSinceMs) / 1_000,
  })

/** What puts the words of a customer's callers down, and is paid for it. */
export const transcriptionModelOf = (
  { agent, listen }: Pick<Customer, 'agent' | 'listen'>,
): string | undefined =>
  listen?.model ?? (agent.transcription === false ? undefined : agent.transcription.model)
