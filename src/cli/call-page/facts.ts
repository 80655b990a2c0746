/** What the page of a call says above all else: who, when, how it went, in a few words each. */
import type { CallSummary } from '../../store/record-store.ts'
import { formatDollars } from '../call-story.ts'
import { countOf, formatMs } from '../format.ts'

/** A fact, and whether it is one to worry about. */
export type Fact = Readonly<{ name: string; value: string; note?: string; isBad?: boolean }>

/** Callers begin to ask whether anybody is there. */
export const LONG_WAIT_MS = 2_000

/** The facts that are large on the page. */
export const mainFacts = (call: CallSummary): readonly Fact[] => [
  {
    name: 'Length',
    value: call.endedAt === undefined ? 'goes on' : lengthOf(call.endedAt - call.startedAt),
    note: call.endReason === undefined
      ? ''
      : `${call.endReason}${call.cause === undefined ? '' : `: ${call.cause}`}`,
  },
  {
    name: 'First sound',
    value: call.firstAudioMs === undefined ? 'none' : formatMs(call.firstAudioMs),
    note: 'after the line opened',
    isBad: call.firstAudioMs === undefined || call.firstAudioMs > LONG_WAIT_MS,
  },
  {
    name: 'Answers',
    value: call.turns === 0 ? 'none' : formatMs(call.latencySumMs / call.turns),
    note: call.turns === 0
      ? ''
      : `mean wait of ${call.turns}; longest ${formatMs(call.latencyMaxMs)}`,
    isBad: call.latencyMaxMs > LONG_WAIT_MS,
  },
  { name: 'Interruptions', value: String(call.bargeIns) },
  { name: 'Errors', value: String(call.errors), isBad: call.errors > 0 },
  { name: 'Cost', value: formatDollars(call.costNano), note: tokensOf(call) },
]

/** The facts that are small. */
export const otherFacts = (call: CallSummary): readonly Fact[] => [
  { name: 'Call', value: call.callSid },
  { name: 'Line', value: call.line },
  { name: 'From', value: call.from },
  { name: 'To', value: call.to },
  { name: 'Model', value: call.model },
  { name: 'Agent version', value: call.agentVersion },
  { name: 'Machine', value: call.owner },
  ...(call.tags.length > 0 ? [{ name: 'Tags', value: call.tags.join(', ') }] : []),
  ...Object.entries(call.metadata ?? {}).map(([name, value]) => ({ name, value })),
  ...(call.epoch > 1 ? [{ name: 'Taken up again', value: countOf(call.epoch - 1, 'time') }] : []),
]

/** A length as people say it: `42 s`, `3 min 07 s`. */
export const lengthOf = (ms: number): string => {
  const s = Math.round(ms / 1000)
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`
}

/** A moment of a call as a player shows it: `0:07`, `12:34`. */
export const clockOf = (ms: number): string => {
  const s = Math.floor(Math.max(0, ms) / 1000)
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}

const tokensOf = ({ tokens }: CallSummary): string => {
  const sum = Object.values(tokens).reduce((all, each) => all + each, 0)
  return sum === 0 ? '' : `${sum.toLocaleString('en-US')} tokens`
}
