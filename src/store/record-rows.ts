/** The rows of the record's tables as what they stand for. */
import { z } from 'zod'
import type {
  CallFacts,
  CallLine,
  CallMoment,
  CallPart,
  TakenMessage,
  WrittenSummary,
} from '../record/record.ts'
import type { Row } from './sql.ts'

const tokensShape = z.object({
  textIn: z.number(),
  textCached: z.number(),
  textOut: z.number(),
  audioIn: z.number(),
  audioCached: z.number(),
  audioOut: z.number(),
})

const toolShape = z.object({
  given: z.string(),
  result: z.string(),
  failed: z.boolean(),
})

const metadataShape = z.record(z.string(), z.string())

const dataShape = z.record(z.string(), z.unknown())

/** A row of `calls`. */
export const callOf = (row: Row): CallFacts => ({
  callSid: String(row.call_sid),
  customer: String(row.customer),
  line: String(row.line),
  direction: row.direction === 'outbound' ? 'outbound' : 'inbound',
  from: String(row.from_number),
  to: String(row.to_number),
  startedAt: Number(row.started_at),
  ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
  ...(row.end_reason === null ? {} : { endReason: String(row.end_reason) }),
  ...(row.cause === null ? {} : { cause: String(row.cause) }),
  agentVersion: String(row.agent_version),
  model: String(row.model),
  ...(row.metadata === null
    ? {}
    : { metadata: metadataShape.parse(JSON.parse(String(row.metadata))) }),
  owner: String(row.owner),
  epoch: Number(row.epoch),
  revision: Number(row.revision),
})

/** A row of `call_parts`. */
export const partOf = (row: Row): CallPart => ({
  callSid: String(row.call_sid),
  customer: String(row.customer),
  part: Number(row.part),
  startedAt: Number(row.started_at),
  ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
  ...(row.first_audio_ms === null ? {} : { firstAudioMs: Number(row.first_audio_ms) }),
  turns: Number(row.turns),
  latencySumMs: Number(row.latency_sum_ms),
  latencyMaxMs: Number(row.latency_max_ms),
  bargeIns: Number(row.barge_ins),
  errors: Number(row.errors),
  tokens: tokensShape.parse(JSON.parse(String(row.tokens))),
  costNano: Number(row.cost_nano),
  revision: Number(row.revision),
})

const KINDS = ['caller', 'agent', 'human', 'note', 'tool', 'key'] as const

/** A row of `call_lines`. */
export const lineOf = (row: Row): CallLine => ({
  callSid: String(row.call_sid),
  customer: String(row.customer),
  itemId: String(row.item_id),
  ...(row.previous_item_id === null ? {} : { previousItemId: String(row.previous_item_id) }),
  kind: KINDS.find((kind) => kind === row.kind) ?? 'agent',
  text: String(row.text),
  at: Number(row.at),
  ...(row.heard_ms === null ? {} : { heardMs: Number(row.heard_ms) }),
  ...(row.tool === null ? {} : { tool: toolShape.parse(JSON.parse(String(row.tool))) }),
  revision: Number(row.revision),
})

/** A row of `call_moments`. */
export const momentOf = (row: Row): CallMoment => ({
  callSid: String(row.call_sid),
  part: Number(row.part),
  seq: Number(row.seq),
  at: Number(row.at),
  kind: String(row.kind),
  data: dataShape.parse(JSON.parse(String(row.data))),
})

/** A row of `call_summaries`. */
export const summaryOf = (row: Row): WrittenSummary => ({
  callSid: String(row.call_sid),
  customer: String(row.customer),
  at: Number(row.at),
  ...(row.summary === null ? {} : { summary: String(row.summary) }),
  ...(row.outcome === null ? {} : { outcome: String(row.outcome) }),
  ...(row.fields === null ? {} : { fields: dataShape.parse(JSON.parse(String(row.fields))) }),
  ...(row.problem === null ? {} : { problem: String(row.problem) }),
  ...(row.detail === null ? {} : { detail: String(row.detail) }),
})

/** A row of `messages`. */
export const messageOf = (row: Row): TakenMessage => ({
  id: String(row.id),
  callSid: String(row.call_sid),
  customer: String(row.customer),
  at: Number(row.at),
  ...(row.for_whom === null ? {} : { for: String(row.for_whom) }),
  text: String(row.text),
})
