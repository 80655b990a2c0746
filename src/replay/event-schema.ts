/**
 * What can happen to a call, as an event log has it. The call's own types say what an event means; here is only what one must look
 * like to be read back, and what is not named here is not written.
 */
import { z } from 'zod'
import { END_REASONS } from '../call/end-reason.ts'
import type { CallEvent } from '../call/events.ts'

const text = z.string()
const ms = z.number()
const part = { responseId: text, itemId: text, contentIndex: z.number() }

const event = <const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), atMs: ms, ...shape })

const usage = z.object({
  inputTextTokens: z.number(),
  inputAudioTokens: z.number(),
  cachedTextTokens: z.number(),
  cachedAudioTokens: z.number(),
  outputTextTokens: z.number(),
  outputAudioTokens: z.number(),
})

const events = z.discriminatedUnion('type', [
  event('cost-grew', { nano: z.number() }),
  event('caller-connected', {}),
  event('caller-hung-up', {}),
  event('stream-lost', {}),
  event('stream-asked', {}),
  event('caller-started-speaking', { itemId: text, agoMs: ms.exactOptional() }),
  event('caller-stopped-speaking', { itemId: text, agoMs: ms.exactOptional() }),
  event('caller-turn-ended', { itemId: text, previousItemId: text.optional() }),
  event('caller-words', {
    itemId: text,
    text,
    final: z.boolean(),
    seconds: z.number().exactOptional(),
  }),
  event('caller-pressed-key', { digit: text }),
  event('agent-response-started', { responseId: text }),
  event('agent-response-ended', {
    responseId: text,
    status: z.enum(['completed', 'cancelled', 'failed', 'incomplete']),
    reason: text.optional(),
    usage: usage.optional(),
  }),
  event('agent-item-added', { itemId: text, previousItemId: text.optional() }),
  event('agent-called-tool', {
    responseId: text,
    itemId: text,
    toolCallId: text,
    name: text,
    given: text,
  }),
  event('agent-used-remote-tool', {
    itemId: text,
    stage: z.enum(['called', 'running', 'over']),
    responseId: text.exactOptional(),
    name: text.exactOptional(),
    given: text.exactOptional(),
    output: text.exactOptional(),
    failed: z.boolean().exactOptional(),
  }),
  event('agent-asked-approval', { requestId: text, server: text, name: text, given: text }),
  event('remote-tools-missing', { server: text }),
  event('agent-about-to-speak', {}),
  event('agent-words', { ...part, text, final: z.boolean() }),
  event('agent-audio-sent', { ...part, sentMs: ms, modelMs: ms }),
  event('agent-audio-refused', part),
  event('agent-audio-ended', part),
  event('keys-sent', { toolCallId: text, sentMs: ms }),
  event('hold-sent', { sentMs: ms }),
  event('model-ready', { expiresInMs: ms.optional() }),
  event('reserve-ready', { expiresInMs: ms.optional() }),
  event('reserve-failed', { cause: text }),
  event('model-interrupted', { cause: text }),
  event('model-lost', { cause: text }),
  event('model-complained', { code: text, problem: text }),
  event('model-limited', { resetInMs: ms }),
  event('mark-echoed', { name: text }),
  event('tick', {}),
  event('end-requested', { reason: z.enum(END_REASONS) }),
  event('transfer-answered', {}),
  event('transfer-failed', {
    why: z.enum(['busy', 'no-answer', 'refused', 'failed']),
    isBack: z.boolean(),
  }),
  event('tool-returned', { toolCallId: text, output: text, failed: z.boolean() }),
  event('goodbye-asked', {}),
  event('message-asked', { sentence: text }),
  event('hand-over', { isForced: z.boolean() }),
])

/** The schema of an event. */
export const callEventSchema: z.ZodType<CallEvent> = events

type Kind = CallEvent['type']
type Named<Type extends Kind> = Extract<z.output<typeof events>, { type: Type }>
/** The fields of events that the schema does not name. */
type Unnamed = {
  [Type in Kind]: Exclude<keyof Extract<CallEvent, { type: Type }>, keyof Named<Type>>
}[Kind]

/** Gives an event with nothing but what the schema names. That it names each kind and each field, the compiler sees here. */
export const cleanEvent = (
  event: [Unnamed] extends [never] ? CallEvent & z.input<typeof events> : Unnamed,
): CallEvent => events.parse(event)
