/** Has calls summed up after their end. A summary is owed by this process: one that is about to stop waits for it, as long as it can. */
import type { Customer } from '../config/config.ts'
import type { ParameterSchema } from '../config/schema/parameters.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { loadArgumentReaders, type ReadArguments } from '../tools/arguments.ts'
import type { ModelLeg } from './model-leg.ts'
import {
  readSummary,
  SUMMARY_TIMEOUT_MS,
  summaryInstructions,
  type SummaryReport,
} from './summary.ts'

export type Summaries = Readonly<{
  /** Sums a call up; `told` is called once. The leg is ended with it; a call without one is told of all the same. */
  begin: (
    customer: Pick<Customer, 'summary'>,
    leg: Pick<ModelLeg, 'sumUp' | 'close'> | undefined,
    told: (report: SummaryReport) => void,
  ) => void
  /** How many are being written. */
  count: () => number
  /** Ends those that are being written without a summary. */
  giveUp: () => void
}>

/** How long the arguments of a tool may be, and so the fields of a summary. */
const FIELDS_CHARS = 20_000

/** Makes the summaries of a process. */
export const createSummaries = (
  { clock, log }: Readonly<{ clock: Clock; log: Log }>,
): Summaries => {
  const readerOf = createReaders()
  const writing = new Set<Pick<ModelLeg, 'close'>>()

  const write = async (
    { summary = {} }: Pick<Customer, 'summary'>,
    leg: Pick<ModelLeg, 'sumUp'> | undefined,
  ): Promise<SummaryReport> => {
    const beganMs = clock.nowMs()
    const word = leg
      ? await leg.sumUp(summaryInstructions(summary), SUMMARY_TIMEOUT_MS)
      : { is: 'none', why: 'no-session' } as const
    const usage = 'usage' in word ? word.usage : undefined
    const outcome = word.is === 'none'
      ? { status: 'none', problem: word.why } as const
      : readSummary(word.text, summary.fields && await readerOf(summary.fields))
    return { ...outcome, afterMs: clock.nowMs() - beganMs, usage }
  }

  return {
    begin: (customer, leg, told) => {
      const key = leg ?? { close: () => {} }
      writing.add(key)
      write(customer, leg).then(told)
        // A mistake of ours costs the summary and nothing else.
        .catch((error) => log.error('summary.fault', { error }))
        .finally(() => writing.delete(key))
    },
    count: () => writing.size,
    giveUp: () => {
      for (const leg of writing) leg.close()
    },
  }
}

/** Gives what reads the fields of a schema. A schema is compiled once, because that takes longer than a frame lasts. */
const createReaders = (): (fields: ParameterSchema) => Promise<ReadArguments> => {
  const known = new WeakMap<ParameterSchema, ReadArguments>()
  let loading: ReturnType<typeof loadArgumentReaders> | undefined
  return async (fields) => {
    const make = await (loading ??= loadArgumentReaders())
    const reader = known.get(fields) ?? make(fields, FIELDS_CHARS)
    known.set(fields, reader)
    return reader
  }
}
