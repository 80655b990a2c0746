/** What the model is told of the answer to a request: the text that came, or the parts of it that the file selects. */
import { ToolError } from '../errors.ts'
import type { ReadBody } from '../runtime/read-body.ts'

/** Whether the content of an answer is text, going by its type. An answer that does not say is taken to be. */
export const isText = (contentType: string | null): boolean =>
  contentType === null ||
  /^(text\/|application\/(json|xml|x-ndjson|yaml)\b|application\/[\w.-]+\+(json|xml)\b)/i
    .test(contentType.trim())

/** Gives what the model is told. Throws a `ToolError` when parts are to be selected of what is no whole JSON. */
export const readAnswer = (
  { text, isCut }: ReadBody,
  select: readonly string[] | undefined,
): string => {
  if (select === undefined) return text.trim() === '' ? 'Done.' : text
  if (isCut) throw new ToolError('answer-too-long', 'The answer of the service was too long.')
  const value = parse(text)
  return JSON.stringify(Object.fromEntries(select.map((path) => [path, at(value, path) ?? null])))
}

/** Makes a failure of an answer with a status of 400 and more. */
export const refusal = (status: number, text: string): ToolError => {
  const excerpt = text.replace(/\s+/g, ' ').trim().slice(0, EXCERPT_CHARS)
  return new ToolError(`http-${status}`, `The service refused: ${status}. ${excerpt}`.trim())
}

/** Enough for a sentence of why. */
const EXCERPT_CHARS = 300

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ToolError('answer-not-json', 'The service gave an answer that makes no sense.', {
      cause,
    })
  }
}

/** Follows a path: `table.number`, `slots.0.time`, `slots[0].time`. */
const at = (value: unknown, path: string): unknown =>
  path.replace(/\[(\d+)\]/g, '.$1').split('.').reduce(
    (here: unknown, step) => isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined,
    value,
  )

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
