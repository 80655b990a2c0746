/** What is to be written of a call when it is over. */
import { z } from 'zod'
import { type ParameterSchema, parameterSchema } from './parameters.ts'

const word = z.string().trim().min(1)

/** The schema of `summary`. */
export const summarySchema = z.strictObject({
  instructions: word.exactOptional().describe(
    'What the summary is to be like, in words for the model: for whom, in which language, what matters. May have {{variables}}.',
  ),
  fields: z.record(word, z.unknown()).exactOptional().describe(
    'What else is to be read from the call, written like the parameters of a tool, or a whole JSON Schema of an object.',
  ),
})

/** What a summary is to be like; `fields` is a JSON Schema of an object. */
export type Summary = Readonly<{ instructions?: string; fields?: ParameterSchema }>

/** Makes it of a file's. */
export const createSummary = (
  { instructions, fields }: z.output<typeof summarySchema>,
): Summary => ({
  ...(instructions === undefined ? {} : { instructions }),
  ...(fields === undefined ? {} : { fields: parameterSchema(fields) }),
})
