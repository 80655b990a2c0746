/**
 * What is sent of an event: as it was kept, with the tags that the call has by then, and a transcript with its lines, which the record
 * has and nobody else needs to.
 */
import { z } from 'zod'
import { type CallLine, inOrder } from '../record/record.ts'
import type { ClaimedEvent } from '../store/outbox.ts'
import type { RecordStore } from '../store/record-store.ts'

const envelope = z.looseObject({ data: z.looseObject({}) })

/** Gives the body of an event. Rejects with a `StoreError` when the record is away; undefined when its call is no longer kept. */
export const wholeBody = async (
  { type, body, callSid }: Pick<ClaimedEvent, 'type' | 'body' | 'callSid'>,
  record: Pick<RecordStore, 'call' | 'tagsOf'>,
): Promise<string | undefined> => {
  if (type !== 'transcript.final') return withMore(body, tagged(await record.tagsOf(callSid)))
  const kept = await record.call(callSid)
  if (!kept) return undefined
  const lines = inOrder(kept.lines).map((line) => lineOf(line, kept.call.startedAt))
  return withMore(body, { ...tagged(kept.call.tags), lines })
}

const tagged = (tags: readonly string[]) => tags.length > 0 ? { tags } : {}

const withMore = (body: string, more: Readonly<Record<string, unknown>>): string => {
  if (Object.keys(more).length === 0) return body
  const { data, ...rest } = envelope.parse(JSON.parse(body))
  return JSON.stringify({ ...rest, data: { ...data, ...more } })
}

const lineOf = ({ itemId, kind, text, at, heardMs, tool }: CallLine, startedAt: number) => ({
  itemId,
  kind,
  text,
  at: new Date(at).toISOString(),
  atMs: at - startedAt,
  heardMs,
  tool,
})
