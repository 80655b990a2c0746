/**
 * Turns the text of one server event into a `RealtimeEvent`. Never throws: unknown events and fields are expected, the API
 * gains some every few weeks, and compatible servers have their own.
 */
import type { EchoedSession, RealtimeEvent } from './events.ts'
import { type Fields, fields, listOf, number, text } from './fields.ts'
import { approvalAsked, remoteItem, remoteList, remoteTool } from './remote.ts'
import { responseDone } from './response-done.ts'

/** Decodes one server event. */
export const decode = (message: string): RealtimeEvent => {
  const event = fields(parse(message))
  const name = text(event.type)
  if (name === undefined) return { type: 'malformed', problem: 'no type' }
  if (IGNORED.has(name)) return { type: 'ignored' }
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined
  if (!decoder) return { type: 'unknown', name }
  return decoder(event) ?? { type: 'malformed', problem: `${name} without its fields` }
}

type Decoder = (event: Fields) => RealtimeEvent | undefined

const DECODERS: Readonly<Record<string, Decoder>> = {
  'session.created': ({ session }) => {
    const expiresAtS = number(fields(session).expires_at)
    return {
      type: 'session-created',
      sessionId: text(fields(session).id) ?? '',
      ...(expiresAtS === undefined ? {} : { expiresAtS }),
    }
  },
  'session.updated': ({ session }) => ({ type: 'session-updated', session: echoed(session) }),
  'input_audio_buffer.speech_started': (event) =>
    withItem(event, (itemId) => {
      const audioStartMs = number(event.audio_start_ms)
      return {
        type: 'speech-started',
        itemId,
        ...(audioStartMs === undefined ? {} : { audioStartMs }),
      }
    }),
  'input_audio_buffer.speech_stopped': (event) =>
    withItem(event, (itemId) => {
      const audioEndMs = number(event.audio_end_ms)
      return { type: 'speech-stopped', itemId, ...(audioEndMs === undefined ? {} : { audioEndMs }) }
    }),
  'input_audio_buffer.committed': (event) =>
    withItem(event, (itemId) => ({ type: 'input-committed', itemId, ...after(event) })),
  'conversation.item.added': (event) => {
    const item = fields(event.item)
    if (item.type === 'mcp_list_tools') return remoteList(item)
    return withItem({ item_id: item.id }, (itemId) => ({
      type: 'item-added',
      itemId,
      role: text(item.role) ?? '',
      ...after(event),
    }))
  },
  'conversation.item.input_audio_transcription.delta': (event) =>
    withItem(event, (itemId) => transcript(itemId, event.delta, false)),
  'conversation.item.input_audio_transcription.completed': (event) =>
    withItem(event, (itemId) => ({
      ...transcript(itemId, event.transcript, true),
      ...transcribed(fields(event.usage)),
    })),
  'conversation.item.input_audio_transcription.failed': (event) =>
    withItem(event, (itemId) => ({
      type: 'input-transcript-failed',
      itemId,
      message: text(fields(event.error).message) ?? '',
    })),
  'response.created': ({ response }) => {
    const responseId = text(fields(response).id)
    return responseId === undefined ? undefined : { type: 'response-created', responseId }
  },
  'response.output_audio.delta': (event) => {
    const payload = text(event.delta)
    return payload === undefined
      ? undefined
      : withPart(event, (part) => ({ type: 'output-audio', ...part, payload }))
  },
  'response.output_audio.done': (event) =>
    withPart(event, (part) => ({ type: 'output-audio-done', ...part })),
  'response.output_audio_transcript.delta': (event) =>
    withPart(event, (part) => ({ ...part, ...spoken(event.delta, false) })),
  'response.output_audio_transcript.done': (event) =>
    withPart(event, (part) => ({ ...part, ...spoken(event.transcript, true) })),
  'conversation.item.done': (event) => {
    const item = fields(event.item)
    if (item.type === 'mcp_approval_request') return approvalAsked(item)
    return item.type === 'mcp_call' ? remoteItem(item, event) : { type: 'ignored' }
  },
  'response.mcp_call_arguments.done': (event) =>
    remoteTool(event, 'called', { given: text(event.arguments) }),
  'response.mcp_call.in_progress': (event) => remoteTool(event, 'running'),
  'response.mcp_call.completed': (event) => remoteTool(event, 'over', { failed: false }),
  'response.mcp_call.failed': (event) => remoteTool(event, 'over', { failed: true }),
  'mcp_list_tools.failed': (event) =>
    withItem(event, (itemId) => ({ type: 'remote-list-failed', itemId })),
  'response.output_item.added': (event) => {
    const item = fields(event.item)
    return item.type === 'mcp_call' ? remoteItem(item, event) : { type: 'ignored' }
  },
  'response.output_item.done': (event) => {
    const item = fields(event.item)
    if (item.type === 'mcp_call') return remoteItem(item, event)
    if (item.type === 'mcp_approval_request') return approvalAsked(item)
    return item.type === 'function_call' ? toolCalled(event, item) : { type: 'ignored' }
  },
  'response.done': ({ response }) => responseDone(fields(response)),
  'rate_limits.updated': ({ rate_limits }) => rateLimited(rate_limits),
  'error': ({ error }) => {
    const { code, type, message, event_id } = fields(error)
    const eventId = text(event_id)
    return {
      type: 'error',
      code: text(code) ?? text(type) ?? 'unknown',
      message: text(message) ?? '',
      ...(eventId === undefined ? {} : { eventId }),
    }
  },
}

/** Events of a normal conversation that ask nothing of us; anything else we do not know is counted. */
const IGNORED: ReadonlySet<string> = new Set([
  'conversation.created',
  'conversation.item.created',
  'conversation.item.deleted',
  'conversation.item.retrieved',
  'conversation.item.truncated',
  'input_audio_buffer.cleared',
  'input_audio_buffer.timeout_triggered',
  'response.content_part.added',
  'response.content_part.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.mcp_call_arguments.delta',
  'mcp_list_tools.in_progress',
  'mcp_list_tools.completed',
  'response.output_text.delta',
  'response.output_text.done',
])

const parse = (message: string): unknown => {
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}

const withItem = (
  event: Fields,
  make: (itemId: string) => RealtimeEvent,
): RealtimeEvent | undefined => {
  const itemId = text(event.item_id)
  return itemId === undefined ? undefined : make(itemId)
}

type Part = { responseId: string; itemId: string; contentIndex: number }

const withPart = (
  event: Fields,
  make: (part: Part) => RealtimeEvent,
): RealtimeEvent | undefined => {
  const responseId = text(event.response_id)
  return responseId === undefined ? undefined : withItem(
    event,
    (itemId) => make({ responseId, itemId, contentIndex: number(event.content_index) ?? 0 }),
  )
}

const after = (event: Fields): { previousItemId?: string } => {
  const previousItemId = text(event.previous_item_id)
  return previousItemId === undefined ? {} : { previousItemId }
}

const transcript = (itemId: string, said: unknown, final: boolean) => ({
  type: 'input-transcript' as const,
  itemId,
  text: text(said) ?? '',
  final,
})

/** Some models say how long the audio was, others how many tokens it had: ten for a second. */
const transcribed = (usage: Fields): { seconds?: number } => {
  const tokens = number(fields(usage.input_token_details).audio_tokens)
  const seconds = number(usage.seconds) ?? (tokens === undefined ? undefined : tokens / 10)
  return seconds === undefined ? {} : { seconds }
}

const spoken = (said: unknown, final: boolean) => ({
  type: 'output-transcript' as const,
  text: text(said) ?? '',
  final,
})

const echoed = (session: unknown): EchoedSession => {
  const audio = fields(fields(session).audio)
  const input = fields(fields(audio.input).format)
  const output = fields(fields(audio.output).format)
  const inputRateHz = number(input.rate)
  const outputRateHz = number(output.rate)
  return {
    inputFormat: text(input.type) ?? '',
    outputFormat: text(output.type) ?? '',
    ...(inputRateHz === undefined ? {} : { inputRateHz }),
    ...(outputRateHz === undefined ? {} : { outputRateHz }),
  }
}

/** A call that was cut off while it was written is no call. */
const toolCalled = (event: Fields, item: Fields): RealtimeEvent | undefined => {
  if (item.status !== undefined && item.status !== 'completed') return { type: 'ignored' }
  const responseId = text(event.response_id)
  const itemId = text(item.id)
  const toolCallId = text(item.call_id)
  const name = text(item.name)
  const isWhole = responseId !== undefined && itemId !== undefined && toolCallId !== undefined
  if (!isWhole || name === undefined) return undefined
  const given = text(item.arguments) ?? ''
  return { type: 'tool-called', responseId, itemId, toolCallId, name, given }
}

/** Only what is used up says anything: what is left over changes with every response. */
const rateLimited = (limits: unknown): RealtimeEvent => {
  const resetS = listOf(limits).map(fields)
    .filter(({ remaining }) => number(remaining) === 0)
    .map(({ reset_seconds }) => number(reset_seconds) ?? 0)
  return resetS.length === 0
    ? { type: 'ignored' }
    : { type: 'rate-limited', resetInMs: 1000 * Math.max(...resetS) }
}
