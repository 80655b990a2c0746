/** The summary of a call: what the model is asked to write when the call is over, and what is made of its answer. */
import { z } from 'zod'
import type { Usage } from '../call/events.ts'
import type { Summary } from '../config/schema/summary.ts'
import { ToolError } from '../errors.ts'
import type { ReadArguments } from '../tools/arguments.ts'
import type { LastWord } from './last-word.ts'

/** What there is to read of a call afterwards. */
export type SummaryOutcome =
  | Readonly<{
    status: 'ready'
    summary: string
    /** What came of the call, in a few words. */
    outcome: string
    /** As the file asks for them; absent where it does not, and where they do not fit. */
    fields?: Readonly<Record<string, unknown>>
    problem?: 'fields-do-not-fit'
    /** What does not fit. */
    detail?: string
  }>
  | Readonly<{ status: 'none'; problem: NoSummary }>

/** Why there is no summary: stable, for programs. */
export type NoSummary =
  | Extract<LastWord, { is: 'none' }>['why']
  | 'not-json'
  | 'not-a-summary'

/** What is told of it, with what it cost. */
export type SummaryReport =
  & SummaryOutcome
  & Readonly<{ afterMs: number; usage?: Usage | undefined }>

/** What the model may take to write it. */
export const SUMMARY_TIMEOUT_MS = 10_000

/** How long either text may be; the response cannot be much longer anyway. */
const SUMMARY_CHARS = 8_000
const OUTCOME_CHARS = 300

/** What the model is asked for, instead of its instructions. */
export const summaryInstructions = ({ instructions, fields }: Summary): string =>
  [
    'The phone call above is over and the caller has left. You do not answer anybody now: you write down, for the people you work for, what the call was about.',
    'Write one JSON object and nothing around it, with these keys:',
    '- "summary": two to four sentences: what the caller wanted, what was agreed, what is left to do.',
    '- "outcome": what came of the call, in at most five words.',
    ...(fields === undefined ? [] : [
      `- "fields": an object that fits this JSON Schema: ${JSON.stringify(fields)}`,
      'Leave out of "fields" what the call does not tell, unless it is required.',
    ]),
    'Hold to what was heard in the call; make nothing up.',
    ...(instructions === undefined ? [] : [instructions]),
  ].join('\n')

const envelope = z.object({
  summary: z.string().trim().min(1),
  outcome: z.string().trim().min(1),
  fields: z.unknown().optional(),
})

/** Reads what the model wrote; `readFields` holds the fields against their schema. */
export const readSummary = (
  text: string,
  readFields: ReadArguments | undefined,
): SummaryOutcome => {
  const written = fromJson(text)
  if (written === undefined) return { status: 'none', problem: 'not-json' }
  const read = envelope.safeParse(written)
  if (!read.success) return { status: 'none', problem: 'not-a-summary' }
  const { summary, outcome, fields } = read.data
  const ready = {
    status: 'ready',
    summary: summary.slice(0, SUMMARY_CHARS),
    outcome: outcome.slice(0, OUTCOME_CHARS),
  } as const
  if (!readFields) return ready
  try {
    return { ...ready, fields: readFields(JSON.stringify(fields ?? {})) }
  } catch (error) {
    const detail = error instanceof ToolError ? error.message : String(error)
    return { ...ready, problem: 'fields-do-not-fit', detail: detail.replace(TRY_AGAIN, '') }
  }
}

/** Nobody is there to try again. */
const TRY_AGAIN = / (Correct it and try|Try) again\.$/

/** Models like to put JSON between fences. */
const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
  } catch {
    return undefined
  }
}
