/** What is known of one call that we place, from the moment it is asked for, and those that are remembered. */
import type { Cancel } from '../clock.ts'
import type { Line } from '../config/config.ts'
import type { Outbound as Settings } from '../config/outbound.ts'
import type { AnsweredBy } from './machine.ts'
import type { Order } from './order.ts'
import { advance, isFinal, NO_PROGRESS, type OutboundStatus, type Progress } from './progress.ts'

/** A call that was asked for, as those who asked see it. */
export type OutboundCall = Readonly<{
  id: string
  status: OutboundStatus
  to: string
  line: string
  customer: string
  /** Twilio's id, once it has one. */
  callSid?: string
  /** Who picked up, once that is known. */
  answeredBy?: AnsweredBy
  /** Why it failed: `twilio-21211`, or what stopped it. */
  reason?: string
  metadata: Readonly<Record<string, string>>
  /** Milliseconds since 1970. */
  askedAt: number
}>

/** The same, with what it takes to go on with it. */
export type Entry = {
  readonly call: Omit<OutboundCall, 'status'>
  readonly order: Order
  /** The customer's, with the blanks of this call filled in. */
  readonly settings: Settings
  readonly line: Line
  progress: Progress
  /** Takes it out of the queue. */
  takeOut: Cancel | undefined
  /** Whether the store has it, once that is known: whoever comes after this process then goes on with it. */
  keeping: Promise<boolean>
  /** Ends the wait for news of a call that nobody has answered. */
  stopWaiting: Cancel
  /** Settled once Twilio has answered. */
  placing: Promise<void> | undefined
  callSid: string | undefined
  answeredBy: AnsweredBy | undefined
  reason: string | undefined
  /** Twilio gave no answer to us, so that the call may exist all the same. */
  isDoubtful: boolean
}

/** A call that waits for its turn. */
export const createEntry = (
  known: Pick<Entry, 'call' | 'order' | 'settings' | 'line'>,
): Entry => ({
  ...known,
  progress: NO_PROGRESS,
  takeOut: undefined,
  keeping: Promise.resolve(false),
  stopWaiting: () => {},
  placing: undefined,
  callSid: undefined,
  answeredBy: undefined,
  reason: undefined,
  isDoubtful: false,
})

/** What is shown of a call. */
export const shown = ({ call, progress, callSid, answeredBy, reason }: Entry): OutboundCall => ({
  ...call,
  status: progress.status,
  ...(callSid !== undefined && { callSid }),
  ...(answeredBy !== undefined && { answeredBy }),
  ...(reason !== undefined && { reason }),
})

export type Entries = Readonly<{
  keep: (entry: Entry) => void
  get: (id: string) => Entry | undefined
  /** Gives a call that Twilio speaks of: it exists, whatever we believed. */
  existing: (id: string) => Entry | undefined
  /** Those that nobody has answered yet. */
  unanswered: () => readonly Entry[]
}>

/** Calls that are over are kept for those who ask later; beyond this the oldest are forgotten. */
const KEPT = 1_000
/** So many that are not over there cannot be: Twilio has not told the end of the oldest. */
const MOST = 5 * KEPT

/** Makes the memory of a process. */
export const createEntries = (): Entries => {
  const entries = new Map<string, Entry>()
  return {
    keep: (entry) => {
      entries.set(entry.call.id, entry)
      if (entries.size <= KEPT) return
      const over = [...entries.values()].find(({ progress }) =>
        isFinal(progress.status) || entries.size > MOST
      )
      if (over) entries.delete(over.call.id)
    },
    get: (id) => entries.get(id),
    existing: (id) => {
      const entry = entries.get(id)
      if (!entry?.isDoubtful) return entry
      entry.isDoubtful = false
      entry.reason = undefined
      entry.progress = advance(NO_PROGRESS, 'placed')
      return entry
    },
    unanswered: () =>
      [...entries.values()].filter(({ progress: { status } }) =>
        status === 'waiting' || status === 'placed' || status === 'ringing'
      ),
  }
}
