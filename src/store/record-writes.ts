/** How a write of the record is put into the tables. An older revision never replaces a newer one, and a repetition changes nothing. */
import type {
  CallFacts,
  CallLine,
  CallPart,
  RecordWrite,
  WrittenSummary,
} from '../record/record.ts'
import { keepEvent } from './outbox.ts'
import { keepTag } from './record-tags.ts'
import { customerWord, searchable } from './search-words.ts'
import { placeholders, type Sql, sql, type Statement, type Value } from './sql.ts'

/** The statement that keeps a write. */
export const keep = (engine: Sql['engine'], write: RecordWrite): Statement => {
  switch (write.type) {
    case 'call':
      return keepCall(write.call)
    case 'part':
      return keepPart(write.part)
    case 'line':
      return keepLine(engine, write.line)
    case 'moment': {
      const { callSid, part, seq, at, kind, data } = write.moment
      return insert('call_moments', {
        call_sid: callSid,
        part,
        seq,
        at,
        kind,
        data: JSON.stringify(data),
      }, 'on conflict do nothing')
    }
    case 'message': {
      const { id, callSid, customer, at, text } = write.message
      const forWhom = write.message.for ?? null
      return insert(
        'messages',
        { id, call_sid: callSid, customer, at, for_whom: forWhom, text },
        `
        on conflict (id) do update set text = excluded.text, for_whom = excluded.for_whom`,
      )
    }
    case 'version': {
      const { version, customer, firstSeenAt, body } = write.version
      return insert('agent_versions', {
        version,
        customer,
        first_seen_at: firstSeenAt,
        body,
      }, 'on conflict do nothing')
    }
    case 'summary':
      return keepSummary(write.summary)
    case 'tag':
      return keepTag(write.tag)
    case 'event':
      return keepEvent(write.event)
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
const keepCall = (call: CallFacts): Statement =>
  insert(
    'calls',
    {
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
    `on conflict (call_sid) do update set
      ended_at = excluded.ended_at, end_reason = excluded.end_reason, cause = excluded.cause,
      agent_version = excluded.agent_version, model = excluded.model, owner = excluded.owner,
      epoch = excluded.epoch, revision = excluded.revision,
      metadata = coalesce(excluded.metadata, calls.metadata)
    where excluded.revision >= calls.revision`,
  )

const keepPart = (part: CallPart): Statement =>
  insert(
    'call_parts',
    {
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
    `on conflict (call_sid, part) do update set
      ended_at = excluded.ended_at, first_audio_ms = excluded.first_audio_ms,
      turns = excluded.turns, latency_sum_ms = excluded.latency_sum_ms,
      latency_max_ms = excluded.latency_max_ms, barge_ins = excluded.barge_ins,
      errors = excluded.errors, tokens = excluded.tokens, cost_nano = excluded.cost_nano,
      revision = excluded.revision
    where excluded.revision >= call_parts.revision`,
  )

// A line keeps the moment and the place it had first: a later process does not know them better.
const keepLine = (engine: Sql['engine'], line: CallLine): Statement => {
  const isSearched = engine === 'postgres'
  const columns = {
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
  }
  const names = [...Object.keys(columns), ...(isSearched ? ['words'] : [])]
  const values = [
    ...Object.values(columns),
    ...(isSearched ? [`${searchable(line.text)} ${customerWord(line.customer)}`] : []),
  ]
  const bound = `${placeholders(Object.keys(columns))}${
    isSearched ? `, to_tsvector('simple', ?)` : ''
  }`
  return sql(
    `insert into call_lines (${names.join(', ')}) values (${bound})
    on conflict (call_sid, item_id) do update set
      text = excluded.text, heard_ms = excluded.heard_ms, tool = excluded.tool,
      ${isSearched ? 'words = excluded.words,' : ''} revision = excluded.revision
    where excluded.revision >= call_lines.revision`,
    ...values,
  )
}

// There is one, whoever writes it down: a repetition changes nothing.
const keepSummary = (
  { callSid, customer, at, summary, outcome, fields, problem, detail }: WrittenSummary,
): Statement =>
  insert('call_summaries', {
    call_sid: callSid,
    customer,
    at,
    summary: summary ?? null,
    outcome: outcome ?? null,
    fields: fields === undefined ? null : JSON.stringify(fields),
    problem: problem ?? null,
    detail: detail ?? null,
  }, 'on conflict do nothing')

const insert = (
  table: string,
  columns: Readonly<Record<string, Value>>,
  onConflict: string,
): Statement => {
  const text = INSERTS.get(table) ?? insertText(table, Object.keys(columns), onConflict)
  INSERTS.set(table, text)
  return { text, values: Object.values(columns) }
}

const insertText = (table: string, names: readonly string[], onConflict: string): string =>
  `insert into ${table} (${names.join(', ')}) values (${placeholders(names)}) ${onConflict}`

/** Each table is written in one way, so its text is made once. */
const INSERTS = new Map<string, string>()
