/** How a response ended: what it cost, why it stopped, and what it wrote where it was asked for out of band, with a purpose. */
import type { RealtimeEvent, ResponseStatus, ResponseUsage } from './events.ts'
import { type Fields, fields, listOf, number, text } from './fields.ts'

const STATUSES: readonly ResponseStatus[] = ['completed', 'cancelled', 'failed', 'incomplete']

/** Reads the `response` of a `response.done`; undefined without its fields. */
export const responseDone = (response: Fields): RealtimeEvent | undefined => {
  const responseId = text(response.id)
  const status = STATUSES.find((each) => each === response.status)
  if (responseId === undefined || status === undefined) return undefined
  const details = fields(response.status_details)
  const error = fields(details.error)
  const reason = text(error.code) ?? text(error.type) ?? text(details.reason)
  const usage = responseUsage(response.usage)
  return {
    type: 'response-done',
    responseId,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(usage === undefined ? {} : { usage }),
    ...purposeful(response),
  }
}

const purposeful = ({ metadata, output }: Fields): { purpose?: string; text?: string } => {
  const purpose = text(fields(metadata).purpose)
  return purpose === undefined ? {} : { purpose, text: writtenIn(output) }
}

const writtenIn = (output: unknown): string =>
  listOf(output).flatMap((item) => listOf(fields(item).content))
    .map((part) => text(fields(part).text) ?? '').join('')

const responseUsage = (usage: unknown): ResponseUsage | undefined => {
  if (typeof usage !== 'object' || usage === null) return undefined
  const input = fields(fields(usage).input_token_details)
  const cached = fields(input.cached_tokens_details)
  const output = fields(fields(usage).output_token_details)
  return {
    inputTextTokens: number(input.text_tokens) ?? 0,
    inputAudioTokens: number(input.audio_tokens) ?? 0,
    cachedTextTokens: number(cached.text_tokens) ?? 0,
    cachedAudioTokens: number(cached.audio_tokens) ?? 0,
    outputTextTokens: number(output.text_tokens) ?? 0,
    outputAudioTokens: number(output.audio_tokens) ?? 0,
  }
}
