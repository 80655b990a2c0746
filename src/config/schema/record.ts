/** What is kept of the calls of a customer: how much, without what, and for how long. */
import { z } from 'zod'

const KEEP_FOR = /^[1-9]\d{0,3}[dwy]$/

const keepFor = (description: string) =>
  z.string().regex(KEEP_FOR, 'write a time in days, weeks or years: 30d, 12w, 1y').exactOptional()
    .describe(description)

const isRegExp = (text: string): boolean => {
  try {
    return new RegExp(text, 'giu').flags !== ''
  } catch {
    return false
  }
}

const flag = (description: string) => z.boolean().default(true).describe(description)

const list = (description: string) =>
  z.array(z.string().trim().min(1)).default([]).describe(description)

const level = z.enum(['everything', 'noAudio', 'factsOnly'])
const LEVEL =
  'How much is kept of a call: everything, all but its sound, or only what happened and when, without any words.'

/** The schema of `record`: how much, or more about it. */
export const recordSchema = z.union([
  level,
  z.strictObject({
    level: level.default('everything').describe(LEVEL),
    events: z.boolean().default(false).describe(
      'Keeps the event log of each call: what happened and what was decided, for tandem replay.',
    ),
  }),
]).default('everything').describe(LEVEL)

/** The schema of `redact`. */
export const redactSchema = z.strictObject({
  phones: flag('Takes phone numbers out: seven digits and more, written or said.'),
  emails: flag('Takes e-mail addresses out, written or said.'),
  cards: flag('Takes card numbers out, written or said.'),
  words: list('Takes these words out, in any case.'),
  patterns: z.array(
    z.string().min(1).refine(isRegExp, 'this is no regular expression of JavaScript'),
  ).default([]).describe('Takes out what these regular expressions match.'),
}).exactOptional().describe(
  'What is taken out of all that is said before it is kept, logged or sent, and muted in recordings. Nothing without this key.',
)

/** The schema of `retention`. */
export const retentionSchema = z.strictObject({
  transcript: keepFor('How long words, tool calls and messages are kept.'),
  audio: keepFor('How long recordings are kept.'),
  events: keepFor('How long event logs are kept; as long as the transcript if it is not said.'),
  calls: keepFor('How long a call is kept, with all that is of it.'),
}).prefault({}).describe('How long the record is kept; what is not named is kept for good.')

/** What is taken out of what is said. */
export type Redaction = Readonly<NonNullable<z.output<typeof redactSchema>>>

/** How long the record of a customer is kept, in ms; for good where it says nothing. */
export type Retention = Readonly<{
  transcriptMs?: number
  audioMs?: number
  /** Of event logs; as long as the transcript without it. */
  eventsMs?: number
  callsMs?: number
}>

/** Turns the times of the file into ms. */
export const createRetention = (
  { transcript, audio, events, calls }: z.output<typeof retentionSchema>,
): Retention => ({
  ...(transcript === undefined ? {} : { transcriptMs: lengthMs(transcript) }),
  ...(audio === undefined ? {} : { audioMs: lengthMs(audio) }),
  ...(events === undefined ? {} : { eventsMs: lengthMs(events) }),
  ...(calls === undefined ? {} : { callsMs: lengthMs(calls) }),
})

const DAY_MS = 86_400_000
const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7, y: 365 }

const lengthMs = (text: string): number =>
  Number(text.slice(0, -1)) * (DAYS[text.slice(-1)] ?? 1) * DAY_MS
