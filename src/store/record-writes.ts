/** How a write of the record is put into the tables. An older revision never replaces a newer one, and a repetition changes nothing. */
import type {
  AgentVersion,
  CallFacts,
  CallLine,
  CallMoment,
  CallPart,
  RecordWrite,
  TakenMessage,
  WrittenSummary,
} from '../record/record.ts'
import { type Insert, insertOne, insertTogether } from './insert.ts'
import { insertOfEvent } from './outbox.ts'
import { insertOfTag } from './record-tags.ts'
import { searchable } from './search-words.ts'
import type { Sql, Statement } from './sql.ts'

/** The statements that keep writes, to be run together. */
export const keep = (
  engine: Sql['engine'],
  writes: readonly RecordWrite[],
): readonly Statement[] => {
  const inserts = writes.map((write) => insertOf(engine, write))
  return engine === 'postgres' ? insertTogether(inserts) : inserts.map(insertOne)
}

const insertOf = (engine: Sql['engine'], write: RecordWrite): Insert => {
  switch (write.type) {
    case 'call':
      return insertOfCall(write.call)
    case 'part':
      return insertOfPart(write.part)
    case 'line':
      return insertOfLine(engine, write.line)
    case 'moment':
      return insertOfMoment(write.moment)
    case 'message':
      return insertOfMessage(write.message)
    case 'version':
      return insertOfVersion(write.version)
    case 'summary':
      return insertOfSummary(write.summary)
    case 'tag':
      return insertOfTag(write.tag)
    case 'event':
      return insertOfEvent(write.event)
  }
}

/** Puts writes together that are kept in one transaction or not at all: an event and what it tells of. */
export const inTransactions = (
  writes: readonly RecordWrite[],
): readonly (readonly RecordWrite[])[] => {
  const groups: RecordWrite[][] = []
  for (const write of writes) {
    const last = groups.at(-1)
    if (write.type === 'event' && last) last.push(write)
    else groups.push([write])
  }
  return groups
}

/** Cuts a batch of about so many writes off the beginning, where nothing is torn apart. */
export const batchOf = (writes: readonly RecordWrite[], size: number): readonly RecordWrite[] => {
  let end = Math.min(size, writes.length)
  while (writes[end]?.type === 'event') end++
  return writes.slice(0, end)
}

// A call that another process took up began when it began.
const insertOfCall = (call: CallFacts): Insert => ({
  table: 'calls',
  row: {
    call_sid: call.callSid,
    customer: call.customer,
    line: call.line,
    direction: call.direction,
    from_number: call.from,
    to_number: call.to,
    started_at: call.startedAt,
    ended_at: call.endedAt ?? null,
    end_reason: call.endReason ?? null,
    cause: call.cause ?? null,
    agent_version: call.agentVersion,
    model: call.model,
    metadata: call.metadata ? JSON.stringify(call.metadata) : null,
    owner: call.owner,
    epoch: call.epoch,
    revision: call.revision,
  },
  key: ['call_sid'],
  update: `set
    ended_at = excluded.ended_at, end_reason = excluded.end_reason, cause = excluded.cause,
    agent_version = excluded.agent_version, model = excluded.model, owner = excluded.owner,
    epoch = excluded.epoch, revision = excluded.revision,
    metadata = coalesce(excluded.metadata, calls.metadata)
  where excluded.revision >= calls.revision`,
})

const insertOfPart = (part: CallPart): Insert => ({
  table: 'call_parts',
  row: {
    call_sid: part.callSid,
    part: part.part,
    customer: part.customer,
    started_at: part.startedAt,
    ended_at: part.endedAt ?? null,
    first_audio_ms: part.firstAudioMs ?? null,
    turns: part.turns,
    latency_sum_ms: part.latencySumMs,
    latency_max_ms: part.latencyMaxMs,
    barge_ins: part.bargeIns,
    errors: part.errors,
    tokens: JSON.stringify(part.tokens),
    cost_nano: Math.round(part.costNano),
    revision: part.revision,
  },
  key: ['call_sid', 'part'],
  update: `set
    ended_at = excluded.ended_at, first_audio_ms = excluded.first_audio_ms,
    turns = excluded.turns, latency_sum_ms = excluded.latency_sum_ms,
    latency_max_ms = excluded.latency_max_ms, barge_ins = excluded.barge_ins,
    errors = excluded.errors, tokens = excluded.tokens, cost_nano = excluded.cost_nano,
    revision = excluded.revision
  where excluded.revision >= call_parts.revision`,
})

// A line keeps the moment and the place it had first: a later process does not know them better.
const insertOfLine = (engine: Sql['engine'], line: CallLine): Insert => {
  const isSearched = engine === 'postgres'
  return {
    table: 'call_lines',
    row: {
      call_sid: line.callSid,
      customer: line.customer,
      item_id: line.itemId,
      previous_item_id: line.previousItemId ?? null,
      kind: line.kind,
      text: line.text,
      at: line.at,
      heard_ms: line.heardMs ?? null,
      tool: line.tool ? JSON.stringify(line.tool) : null,
      revision: line.revision,
      ...(isSearched ? { words: searchable(line.text) } : {}),
    },
    key: ['call_sid', 'item_id'],
    update: `set
      text = excluded.text, heard_ms = excluded.heard_ms, tool = excluded.tool,
      ${isSearched ? 'words = excluded.words,' : ''} revision = excluded.revision
    where excluded.revision >= call_lines.revision`,
  }
}

const insertOfMoment = ({ callSid, part, seq, at, kind, data }: CallMoment): Insert => ({
  table: 'call_moments',
  row: { call_sid: callSid, part, seq, at, kind, data: JSON.stringify(data) },
  key: ['call_sid', 'part', 'seq'],
})

const insertOfMessage = (message: TakenMessage): Insert => ({
  table: 'messages',
  row: {
    id: message.id,
    call_sid: message.callSid,
    customer: message.customer,
    at: message.at,
    for_whom: message.for ?? null,
    text: message.text,
  },
  key: ['id'],
  update: 'set text = excluded.text, for_whom = excluded.for_whom',
})

const insertOfVersion = ({ version, customer, firstSeenAt, body }: AgentVersion): Insert => ({
  table: 'agent_versions',
  row: { version, customer, first_seen_at: firstSeenAt, body },
  key: ['version'],
})

// There is one, whoever writes it down: a repetition changes nothing.
const insertOfSummary = (
  { callSid, customer, at, summary, outcome, fields, problem, detail }: WrittenSummary,
): Insert => ({
  table: 'call_summaries',
  row: {
    call_sid: callSid,
    customer,
    at,
    summary: summary ?? null,
    outcome: outcome ?? null,
    fields: fields === undefined ? null : JSON.stringify(fields),
    problem: problem ?? null,
    detail: detail ?? null,
  },
  key: ['call_sid'],
})
