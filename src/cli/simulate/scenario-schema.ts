/** The schema of a scenario: a call, both ends of it, and what is expected of what is between them. */
import { z } from 'zod'
import { scenarioRules } from '../../sim/model/scenario.ts'
import { stepSchema } from './caller-schema.ts'
import { duration } from './duration.ts'
import { expectSchema } from './expect-schema.ts'

const line = z.strictObject({
  suppressSilence: z.boolean().default(false).describe(
    'The carrier sends nothing while the caller says nothing',
  ),
  hiss: z.boolean().default(false).describe('A line that is never quite silent'),
  jitter: duration.default(0).describe('How long the first sound on a silent line is held back'),
})

const route = z.strictObject({
  method: z.string().default('GET'),
  path: z.string().startsWith('/'),
  status: z.int().min(200).max(599).default(200),
  json: z.unknown().optional().describe('The body of the answer'),
  text: z.string().exactOptional().describe('The body of the answer, if it is not JSON'),
  headers: z.record(z.string(), z.string()).default({}),
  delay: duration.default(0).describe('How long the answer takes'),
  hang: z.literal(true).exactOptional().describe('Never answers'),
  close: z.literal(true).exactOptional().describe('Breaks the connection instead of an answer'),
})

const PHONES = ['answers', 'busy', 'no-answer', 'voicemail', 'unreachable'] as const

const phone = z.union([
  z.enum(PHONES).transform((does) => ({ does })),
  z.strictObject({
    does: z.enum(PHONES).default('answers'),
    rings: duration.exactOptional().describe('How long it rings first'),
    keys: z.string().exactOptional().describe('Keys that are pressed by whoever answers'),
    hangsUpAfter: duration.exactOptional().describe('How long whoever answers stays; 10s'),
  }),
])

/** The schema of a scenario file. */
export const scenarioSchema = z.strictObject({
  description: z.string().min(1).describe('What happens, in a sentence'),
  customer: z.record(z.string(), z.unknown()).exactOptional().describe(
    'A whole customer file, for this call alone',
  ),
  service: z.record(z.string(), z.unknown()).exactOptional().describe(
    'A tandem.yaml for this call alone',
  ),
  env: z.record(z.string(), z.string()).default({}).describe('What ${env:NAME} stands for'),
  to: z.string().exactOptional().describe('The number to call; the first there is by default'),
  from: z.string().default('+15550001111').describe('The number of the caller'),
  at: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-25T10:00:00Z' })
    .exactOptional().describe('When the call comes in; now by default'),
  line: line.prefault({}).describe('What the telephone line is like'),
  caller: z.array(stepSchema).default([]).describe(
    'What the caller does; without a step he listens until the call is over',
  ),
  model: z.union([scenarioRules, z.array(scenarioRules).min(1)])
    .transform((model) => Array.isArray(model) ? model : [model])
    .exactOptional()
    .describe('How the built-in model behaves, in all sessions or in one after the other'),
  http: z.array(route).default([]).describe('What a server on this machine answers: {{http}}'),
  phones: z.record(z.string(), phone).default({}).describe(
    'What happens at other phones, by their number; they answer',
  ),
  limit: duration.default(180_000).describe('When the caller is torn from the phone'),
  expect: expectSchema.describe('What must be true of the call'),
})

/** A scenario whose shape is right, with defaults. */
export type ScenarioShape = z.output<typeof scenarioSchema>

/** One thing that the server of a scenario answers. */
export type Route = ScenarioShape['http'][number]

/** What happens at a phone that is called. */
export type Phone = ScenarioShape['phones'][string]
