/** How a call began in a process: what its rules were, and what was known of it if another process had it before. */
import { z } from 'zod'
import { transcriptSchema } from '../bridge/kept-call.ts'
import { isConsentHeard } from '../call/consent.ts'
import { resumeCall } from '../call/checkpoint.ts'
import type { CallRules } from '../call/rules.ts'
import { type CallState, type Ringing, startCall } from '../call/state.ts'

const text = z.string()
const ms = z.number()

const keyAction = z.discriminatedUnion('is', [
  z.object({ is: z.literal('transfer'), destination: text }),
  z.object({ is: z.literal('hand-off'), agent: text }),
  z.object({ is: z.literal('say'), sentence: text }),
  z.object({ is: z.literal('end') }),
])

const keypadEntry = z.object({
  name: text,
  leastDigits: z.int(),
  mostDigits: z.int(),
  terminator: text,
  timeoutMs: ms,
  isSecret: z.boolean(),
})

const agentRules = z.object({
  fillers: z.record(text, text),
  actions: z.array(z.enum([
    'end_call',
    'transfer_call',
    'press_keys',
    'collect_digits',
    'hand_off',
    'answer_approval',
  ])).readonly(),
  handoffs: z.array(text).readonly(),
  sessionKey: text,
})

/** What of the rules is written: whom a destination is, nothing is decided by. */
const rulesSchema = z.object(
  {
    consent: text.optional(),
    greeting: text.optional(),
    maxDurationMs: ms,
    streamTimeoutMs: ms,
    maxCostNano: z.number().optional(),
    isTranscribed: z.boolean(),
    isSummarised: z.boolean().exactOptional(),
    silenceMs: ms,
    phrases: z.object({
      stillThere: text,
      timeIsShort: text,
      goodbye: text,
      cannotSay: text,
      transfer: text,
    }),
    agents: z.record(text, agentRules),
    destinations: z.record(text, z.object({ mode: z.enum(['cold', 'warm']), timeoutMs: ms })),
    keys: z.record(text, keyAction),
    keypadEntries: z.record(text, keypadEntry),
    keysBy: z.enum(['tones', 'twilio']),
  } satisfies Record<keyof CallRules, z.ZodType>,
)

/** The schema of a beginning. */
export const beginningSchema = z.object({
  atMs: ms,
  rules: rulesSchema,
  agent: text,
  /** 1 for a call that was new. */
  epoch: z.int().min(1),
  /** How long the line was open before. */
  talkedMs: ms,
  /** What the call had cost before, in billionths of a dollar; only known where that is limited. */
  spentNano: z.number().min(0).default(0),
  /** Versions before did not write it down. */
  isConsentHeard: z.boolean().default(true),
  transcript: transcriptSchema,
})

export type Beginning = Readonly<z.output<typeof beginningSchema>>

/** Says how a call began that is in its first state. */
export const beginningOf = (state: Ringing): Beginning => {
  const { startedAtMs, rules, agent, epoch, talkedMs, spentNano, transcript } = state
  // What the schema does not know of the rules, the compiler sees here.
  const known: z.input<typeof beginningSchema> = {
    atMs: startedAtMs,
    rules,
    agent,
    epoch,
    talkedMs,
    spentNano,
    isConsentHeard: isConsentHeard(state),
    transcript: [...transcript],
  }
  return beginningSchema.parse(known)
}

/** Gives the first state of a call that began like this. */
export const begin = (beginning: Beginning): CallState => {
  const { rules, atMs, agent, epoch, ...known } = beginning
  return epoch === 1
    ? startCall(rules, atMs, agent)
    : resumeCall(rules, { ...known, agent, epoch: epoch - 1 }, atMs)
}
