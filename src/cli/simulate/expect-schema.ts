/** What a scenario expects of its call, as it stands in YAML. */
import { z } from 'zod'
import { END_REASONS } from '../../call/end-reason.ts'
import { duration } from './duration.ts'

const REGEX = /^\/(.+)\/([a-z]*)$/s

/** A part of a text, whatever its case, or a regular expression between slashes. */
const pattern = z.string().min(1).refine((text) => {
  const [, source, flags] = REGEX.exec(text) ?? []
  if (source === undefined) return true
  try {
    return new RegExp(source, flags) instanceof RegExp
  } catch {
    return false
  }
}, 'is no regular expression').describe('A part of the text, or /a regular expression/')

/** Whether a text fits a pattern. */
export const fits = (text: string, wanted: string): boolean => {
  const [, source, flags] = REGEX.exec(wanted) ?? []
  return source === undefined
    ? text.toLowerCase().includes(wanted.toLowerCase())
    : new RegExp(source, flags).test(text)
}

const line = z.strictObject({
  agent: pattern.exactOptional(),
  caller: pattern.exactOptional(),
  note: pattern.exactOptional().describe('What the model was told of the call'),
}).refine(
  (line) => Object.keys(line).length === 1,
  'a line is one of agent, caller and note',
)

const tool = z.strictObject({
  name: z.string(),
  arguments: z.unknown().optional().describe('What is in them; there may be more'),
  output: pattern.exactOptional().describe('What the model was told'),
  failed: z.boolean().exactOptional(),
})

const request = z.strictObject({
  method: z.string().exactOptional(),
  path: pattern,
  body: z.unknown().optional().describe('What is in it; there may be more'),
  headers: z.record(z.string(), pattern).exactOptional(),
})

/** The expectations of a scenario. */
export const expectSchema = z.strictObject({
  transcript: z.array(line).default([]).describe(
    'Lines of the transcript in this order; others may come between',
  ),
  heard: z.array(pattern).default([]).describe('What the caller heard the agent say'),
  notHeard: z.array(pattern).default([]).describe('What the caller heard nothing of'),
  greetedOnce: z.literal(true).exactOptional().describe('The greeting was heard, once and whole'),
  tools: z.array(tool).exactOptional().describe(
    'The tools that the agent called, all of them, in order',
  ),
  http: z.array(request).exactOptional().describe(
    'The requests that the servers of the scenario got, all of them, in order',
  ),
  keys: z.string().exactOptional().describe('The keys that the other end heard as tones'),
  dialled: z.string().exactOptional().describe('The phones that rang, separated by commas'),
  ended: z.enum([...END_REASONS, 'rejected']).exactOptional().describe(
    'Why the call ended; `rejected` is one that was not taken',
  ),
  silence: duration.exactOptional().describe(
    'The longest the caller may hear neither sound nor speech while waiting for an answer',
  ),
  within: duration.exactOptional().describe('The longest the call may last'),
})

/** What is expected of a call. */
export type Expectations = z.output<typeof expectSchema>
